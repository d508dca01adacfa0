package symbol

// dwarfPart is what File keeps about DWARF variables, types and unwind tables.
type dwarfPart struct{}
