"""What a run is going to do, known before anything heavy is loaded."""
