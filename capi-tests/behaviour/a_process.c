/*  What the library does to its process: threads, their names and signals, descriptors that stay or pass to children.  */
#include "check.h"
#include <dirent.h>
#include <fcntl.h>

static int count_fds (int *inherited)
{
    int count = 0;
    *inherited = 0;
    DIR *directory = opendir ("/proc/self/fd");
    CHECK (directory != NULL);
    for (struct dirent *entry; (entry = readdir (directory)) != NULL;) {
        int fd = atoi (entry->d_name);
        if (entry->d_name[0] == '.' || fd <= 2 || fd == dirfd (directory))
            continue;
        count++;
        if (!(fcntl (fd, F_GETFD) & FD_CLOEXEC))
            ++*inherited;
    }
    closedir (directory);
    return count;
}

/*  Prints the names of the I/O threads in order, and how many threads of the process other than this take a signal.  */
static void say_threads (const char *label)
{
    char names[16][32];
    int count = 0, unblocked = 0;
    DIR *directory = opendir ("/proc/self/task");
    CHECK (directory != NULL);
    for (struct dirent *entry; (entry = readdir (directory)) != NULL;) {
        char path[300], line[256];
        if (entry->d_name[0] == '.' || atoi (entry->d_name) == (int) getpid ())
            continue;
        snprintf (path, sizeof path, "/proc/self/task/%s/comm", entry->d_name);
        FILE *file = fopen (path, "r");
        if (!file)
            continue;
        if (fgets (line, sizeof line, file) && strstr (line, "/IO/") && count < 16) {
            line[strcspn (line, "\n")] = 0;
            snprintf (names[count++], sizeof *names, "%.31s", line);
        }
        fclose (file);
        snprintf (path, sizeof path, "/proc/self/task/%s/status", entry->d_name);
        file = fopen (path, "r");
        while (file && fgets (line, sizeof line, file)) {
            unsigned long long mask;
            if (sscanf (line, "SigBlk: %llx", &mask) == 1 && (~mask & (1ull << (SIGUSR1 - 1) | 1ull << (SIGINT - 1))))
                unblocked++;
        }
        if (file)
            fclose (file);
    }
    closedir (directory);
    qsort (names, (size_t) count, sizeof *names, (int (*) (const void *, const void *)) strcmp);
    printf ("%s:", label);
    for (int i = 0; i < count; i++)
        printf (" %s", names[i]);
    SAY (", %d take signals", unblocked);
}

static void work (const char *address)
{
    int before, after, inherited;
    before = count_fds (&inherited);
    int inherited_before = inherited;
    void *context = new_context ();
    void *push = new_socket (context, ZMQ_PUSH), *pull = new_socket (context, ZMQ_PULL);
    join (pull, push, address);
    send_text (push, "x", 0);
    expect_text (pull, "x");
    count_fds (&inherited);
    SAY ("%.6s: %d descriptors that children inherit", address, inherited - inherited_before);
    void *sockets[] = {push, pull};
    close_all (context, sockets, 2);
    after = count_fds (&inherited);
    SAY ("%.6s: %d descriptors left", address, after - before);
}

int main (void)
{
    void *context = new_context ();
    OK (zmq_ctx_set (context, ZMQ_IO_THREADS, 3));
    say_threads ("new context");
    void *socket = new_socket (context, ZMQ_DEALER);
    OK (zmq_bind (socket, "tcp://127.0.0.1:*"));
    sleep_ms (50);
    say_threads ("first socket");
    close_all (context, &socket, 1);
    say_threads ("terminated");

    context = new_context ();
    OK (zmq_ctx_set (context, ZMQ_THREAD_NAME_PREFIX, 1234));
    socket = new_socket (context, ZMQ_DEALER);
    OK (zmq_bind (socket, "tcp://127.0.0.1:*"));
    sleep_ms (50);
    say_threads ("with a prefix");
    close_all (context, &socket, 1);

    /*  The first use may open what stays for all.  */
    context = new_context ();
    socket = new_socket (context, ZMQ_DEALER);
    close_all (context, &socket, 1);
    work ("inproc://work");
    work ("tcp://127.0.0.1:*");
    work ("ipc://@behaviour-process");
    work ("ipc://*");
    return 0;
}
