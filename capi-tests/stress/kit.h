/*  What the stress programs share on top of check.h: their size, and what the process holds.  */
#ifndef KIT_H
#define KIT_H

#include "../behaviour/check.h"
#include <dirent.h>
#include <sys/resource.h>
#include <sys/wait.h>

/*  The first argument, or what a run among all tests can afford.  */
MAYBE_UNUSED static long size_of_run (int argc, char **argv, long usual)
{
    return argc > 1 ? atol (argv[1]) : usual;
}

MAYBE_UNUSED static int open_fds (void)
{
    int count = 0;
    DIR *directory = opendir ("/proc/self/fd");
    CHECK (directory != NULL);
    while (readdir (directory))
        count++;
    closedir (directory);
    return count;
}

/*  KiB of memory in use.  */
MAYBE_UNUSED static long resident_kib (void)
{
    long pages = 0, resident = 0;
    FILE *statm = fopen ("/proc/self/statm", "r");
    CHECK (statm != NULL && fscanf (statm, "%ld %ld", &pages, &resident) == 2);
    fclose (statm);
    return resident * (sysconf (_SC_PAGESIZE) / 1024);
}

/*  As many descriptors as the system lets the process have; ends the program well if that is too few.  */
MAYBE_UNUSED static void need_fds (unsigned long count)
{
    struct rlimit limit;
    OK (getrlimit (RLIMIT_NOFILE, &limit));
    if (limit.rlim_cur < count) {
        limit.rlim_cur = limit.rlim_max;
        OK (setrlimit (RLIMIT_NOFILE, &limit));
    }
    if (limit.rlim_cur < count) {
        printf ("left out: only %lu descriptors\n", (unsigned long) limit.rlim_cur);
        exit (0);
    }
}

/*  Starts a process that runs `body` and leaves; the parent gets its id.  */
MAYBE_UNUSED static pid_t in_child (void (*body) (const char *endpoint, int number), const char *endpoint, int number)
{
    pid_t child = fork ();
    CHECK (child >= 0);
    if (child == 0) {
        body (endpoint, number);
        _exit (0);
    }
    return child;
}

MAYBE_UNUSED static void ends_well (pid_t child)
{
    int status = -1;
    CHECK (waitpid (child, &status, 0) == child);
    CHECK (WIFEXITED (status) && WEXITSTATUS (status) == 0);
}

enum { SPARE_MEMORY = 32 << 20 };

/*  Leaves the process little more memory than it has; answers the limit until then.  */
MAYBE_UNUSED static rlim_t become_poor (void)
{
    long pages;
    struct rlimit limit;
    FILE *statm = fopen ("/proc/self/statm", "r");
    CHECK (statm && fscanf (statm, "%ld", &pages) == 1);
    fclose (statm);
    OK (getrlimit (RLIMIT_AS, &limit));
    rlim_t usual = limit.rlim_cur;
    limit.rlim_cur = (rlim_t) pages * (rlim_t) sysconf (_SC_PAGESIZE) + SPARE_MEMORY;
    OK (setrlimit (RLIMIT_AS, &limit));
    return usual;
}

MAYBE_UNUSED static void become_rich (rlim_t usual)
{
    struct rlimit limit;
    OK (getrlimit (RLIMIT_AS, &limit));
    limit.rlim_cur = usual;
    OK (setrlimit (RLIMIT_AS, &limit));
}

/*  Pieces that the program holds, each with the address of the one before.  */
MAYBE_UNUSED static void *held;

/*  Leaves the process no memory at all; answers the limit until then.  */
MAYBE_UNUSED static rlim_t become_destitute (void)
{
    struct rlimit limit;
    OK (getrlimit (RLIMIT_AS, &limit));
    rlim_t usual = limit.rlim_cur;
    limit.rlim_cur = 1 << 20;
    OK (setrlimit (RLIMIT_AS, &limit));
    for (size_t size = 64 << 10; size >= sizeof (void *); size /= 2) {
        void **piece;
        while ((piece = malloc (size)) != NULL) {
            *piece = held;
            held = piece;
        }
    }
    return usual;
}

MAYBE_UNUSED static void recover (rlim_t usual)
{
    become_rich (usual);
    while (held) {
        void *before = *(void **) held;
        free (held);
        held = before;
    }
}

#endif
