package symbol

// What is worth a file only for large programs is kept for those of the tests, too.
func init() { minKept, minSymbols = 1, 1 }
