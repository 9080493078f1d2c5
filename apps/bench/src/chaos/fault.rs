//! What can go wrong, and in which order it does.

use std::time::Duration;

/// Something that is done to the server, its database, its machine or a connection.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Fault {
    /// SIGKILL to the server; started again at once.
    KillServer,
    /// SIGTERM to the server; started again once it has stopped.
    StopServer,
    /// SIGKILL to a process that serves one connection of the database.
    KillBackend,
    /// `pg_terminate_backend` of one connection.
    TerminateBackend,
    /// SIGKILL to the first process of the database.
    KillPostmaster,
    /// SIGSTOP to the server, for a moment.
    PauseServer,
    /// SIGSTOP to a process that serves one connection, for a moment.
    PauseBackend,
    /// SIGSTOP to the first process of the database, for a moment.
    PausePostmaster,
    /// A few clients lose their connection in the middle of a frame.
    CutConnections,
    /// The server's clock is set forward or back, for a moment.
    JumpClock,
    /// The disk is full, for a moment.
    FillDisk,
}

impl Fault {
    /// All of them, each with how often it comes, in a hundred.
    pub const ALL: [(Self, u32); 11] = [
        (Self::KillServer, 30),
        (Self::KillBackend, 26),
        (Self::KillPostmaster, 14),
        (Self::StopServer, 4),
        (Self::TerminateBackend, 7),
        (Self::PauseServer, 4),
        (Self::PauseBackend, 3),
        (Self::PausePostmaster, 2),
        (Self::CutConnections, 4),
        (Self::JumpClock, 3),
        (Self::FillDisk, 3),
    ];

    /// For the table.
    pub const fn name(self) -> &'static str {
        match self {
            Self::KillServer => "kill -9 of the server",
            Self::StopServer => "SIGTERM to the server",
            Self::KillBackend => "kill -9 of a database backend",
            Self::TerminateBackend => "pg_terminate_backend",
            Self::KillPostmaster => "kill -9 of the postmaster",
            Self::PauseServer => "SIGSTOP of the server",
            Self::PauseBackend => "SIGSTOP of a database backend",
            Self::PausePostmaster => "SIGSTOP of the postmaster",
            Self::CutConnections => "connections cut in mid-frame",
            Self::JumpClock => "clock jumps",
            Self::FillDisk => "disk full",
        }
    }

    /// Whether it ends a process without warning.
    pub const fn is_kill(self) -> bool {
        matches!(self, Self::KillServer | Self::KillBackend | Self::KillPostmaster)
    }
}

/// The faults of one run: every kind once, in some order, and then on and on by chance.
pub struct Schedule {
    random: fastrand::Rng,
    first: Vec<Fault>,
}

impl Schedule {
    /// The one of this seed.
    pub fn new(seed: u64) -> Self {
        let mut random = fastrand::Rng::with_seed(seed ^ 0x000f_a017);
        let mut first: Vec<Fault> = Fault::ALL.iter().map(|(fault, _)| *fault).collect();
        random.shuffle(&mut first);
        Self { random, first }
    }

    /// How long nothing happens, and then what does.
    pub fn next(&mut self) -> (Duration, Fault) {
        let pause = Duration::from_millis(self.random.u64(250..1_300));
        // Every second one by chance, so that kills are spread over the run.
        let fault = match self.first.pop_if(|_| self.random.bool()) {
            Some(fault) => fault,
            None => self.pick(),
        };
        (pause, fault)
    }

    fn pick(&mut self) -> Fault {
        let all: u32 = Fault::ALL.iter().map(|(_, share)| share).sum();
        let mut at = self.random.u32(..all);
        for (fault, share) in Fault::ALL {
            if at < share {
                return fault;
            }
            at -= share;
        }
        Fault::KillServer
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;

    fn faults(seed: u64, count: usize) -> Vec<Fault> {
        let mut schedule = Schedule::new(seed);
        (0..count).map(|_| schedule.next().1).collect()
    }

    #[test]
    fn a_seed_gives_the_same_faults_and_another_one_others() {
        assert_eq!(faults(7, 50), faults(7, 50));
        assert_ne!(faults(7, 50), faults(8, 50));
    }

    #[test]
    fn every_kind_comes_and_most_are_kills() {
        for seed in 0..20 {
            let faults = faults(seed, 60);
            let kinds: BTreeSet<Fault> = faults.iter().copied().collect();
            assert_eq!(kinds.len(), Fault::ALL.len(), "{seed}");
            let kills = faults.iter().filter(|fault| fault.is_kill()).count();
            assert!(25 <= kills, "{seed}: {kills}");
        }
    }
}
