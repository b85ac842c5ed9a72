//! What to do with one message: the pipeline as a pure function.
