//! The program: the library's commands with the arguments and the streams of this process.

use std::process::ExitCode;

use storybank::commands::{self, Streams};

/// A build is thousands of pages, each of many small pieces, on all cores. It asks most of the allocator.
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

fn main() -> ExitCode {
    commands::print_crashes_safely();
    commands::run(std::env::args_os(), Streams::standard()).into()
}
