//! Threads for what may block: made when there is work, a few at most, gone when there is none.
//!
//! Whoever gives work waits for nobody. Work that is queued when the context ends is done or dropped later;
//! it holds nothing of the context.
#![forbid(unsafe_code)]

use std::collections::VecDeque;
use std::sync::Arc;

use crate::sys::lock::Mutex;

use crate::errno::Result;
use crate::sys::thread;

/// So many at once: work may wait for servers that do not answer, and peers may give any amount of it.
const MOST_THREADS: usize = 8;

type Job = Box<dyn FnOnce() + Send>;

#[derive(Default)]
struct Queue {
    jobs: VecDeque<Job>,
    threads: usize,
}

/// See the module.
#[derive(Default)]
pub struct Workers {
    queue: Arc<Mutex<Queue>>,
}

impl Workers {
    /// Has `job` done as soon as a thread is free. Errors: EAGAIN if there is no thread at all.
    pub fn run(&self, job: impl FnOnce() + Send + 'static) -> Result<()> {
        let mut queue = self.queue.lock();
        queue.jobs.push_back(Box::new(job));
        if queue.threads >= MOST_THREADS {
            return Ok(());
        }
        let shared = Arc::clone(&self.queue);
        let spawned = thread::spawn("ZMQbg/Work", &thread::Attributes::default(), move || {
            work(&shared);
        });
        match spawned {
            Ok(_) => queue.threads += 1,
            Err(error) if queue.threads == 0 => {
                queue.jobs.pop_back();
                return Err(error);
            }
            Err(_) => {}
        }
        Ok(())
    }
}

/// Gives the place of a thread back, whatever ended it.
struct Place<'a>(&'a Mutex<Queue>);

impl Drop for Place<'_> {
    fn drop(&mut self) {
        self.0.lock().threads -= 1;
    }
}

fn work(shared: &Mutex<Queue>) {
    let place = Place(shared);
    loop {
        let mut queue = shared.lock();
        let Some(job) = queue.jobs.pop_front() else {
            queue.threads -= 1;
            std::mem::forget(place);
            return;
        };
        drop(queue);
        job();
    }
}

#[cfg(test)]
mod tests {
    use std::sync::mpsc;

    use super::*;

    #[test]
    fn work_beyond_the_threads_waits_its_turn() {
        let workers = Workers::default();
        let (begun, is_begun) = mpsc::channel();
        let (go_on, may_go_on) = mpsc::channel::<()>();
        let may_go_on = Arc::new(Mutex::new(may_go_on));
        for n in 0..MOST_THREADS + 1 {
            let (begun, may_go_on) = (begun.clone(), Arc::clone(&may_go_on));
            let job = move || {
                begun.send(n).unwrap();
                may_go_on.lock().recv().unwrap();
            };
            workers.run(job).unwrap();
        }
        let mut first: Vec<usize> = is_begun.iter().take(MOST_THREADS).collect();
        first.sort_unstable();
        assert_eq!(first, (0..MOST_THREADS).collect::<Vec<_>>());
        assert!(is_begun.try_recv().is_err());
        go_on.send(()).unwrap();
        assert_eq!(is_begun.recv(), Ok(MOST_THREADS));
        for _ in 0..MOST_THREADS {
            go_on.send(()).unwrap();
        }
    }

    #[test]
    fn a_job_that_panics_leaves_its_place() {
        let workers = Workers::default();
        for _ in 0..2 * MOST_THREADS {
            workers.run(|| std::panic::resume_unwind(Box::new(()))).unwrap();
        }
        let (done, is_done) = mpsc::channel();
        workers.run(move || done.send(()).unwrap()).unwrap();
        // Whoever is left takes it, or the next that is started.
        while is_done.recv_timeout(std::time::Duration::from_millis(10)).is_err() {
            workers.run(|| ()).unwrap();
        }
    }
}
