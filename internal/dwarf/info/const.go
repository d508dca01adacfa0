package info

// Tag is what an entry describes (DW_TAG_...).
type Tag uint16

// Tags, as DWARF 5 section 7.5.3 numbers them.
const (
	TagArrayType         Tag = 0x01
	TagClassType         Tag = 0x02
	TagEnumerationType   Tag = 0x04
	TagFormalParameter   Tag = 0x05
	TagLexicalBlock      Tag = 0x0b
	TagMember            Tag = 0x0d
	TagPointerType       Tag = 0x0f
	TagReferenceType     Tag = 0x10
	TagCompileUnit       Tag = 0x11
	TagStructType        Tag = 0x13
	TagSubroutineType    Tag = 0x15
	TagTypedef           Tag = 0x16
	TagUnionType         Tag = 0x17
	TagUnspecifiedParams Tag = 0x18
	TagInheritance       Tag = 0x1c
	TagInlinedSubroutine Tag = 0x1d
	TagSubrangeType      Tag = 0x21
	TagBaseType          Tag = 0x24
	TagConstType         Tag = 0x26
	TagConstant          Tag = 0x27
	TagEnumerator        Tag = 0x28
	TagSubprogram        Tag = 0x2e
	TagVariable          Tag = 0x34
	TagVolatileType      Tag = 0x35
	TagRestrictType      Tag = 0x37
	TagInterfaceType     Tag = 0x38
	TagNamespace         Tag = 0x39
	TagUnspecifiedType   Tag = 0x3b
	TagPartialUnit       Tag = 0x3c
	TagTypeUnit          Tag = 0x41
	TagRvalueReference   Tag = 0x42
	TagAtomicType        Tag = 0x47
	TagSkeletonUnit      Tag = 0x4a
	TagCallSite          Tag = 0x48
	TagCallSiteParameter Tag = 0x49
	TagGNUCallSite       Tag = 0x4109
	TagGNUCallSiteParam  Tag = 0x410a
)

// At is the name of an attribute (DW_AT_...).
type At uint16

// Attributes, as DWARF 5 section 7.5.4 numbers them, and Go's own.
const (
	AtSibling        At = 0x01
	AtLocation       At = 0x02
	AtName           At = 0x03
	AtByteSize       At = 0x0b
	AtBitOffset      At = 0x0c
	AtBitSize        At = 0x0d
	AtStmtList       At = 0x10
	AtLowPC          At = 0x11
	AtHighPC         At = 0x12
	AtLanguage       At = 0x13
	AtCompDir        At = 0x1b
	AtConstValue     At = 0x1c
	AtInline         At = 0x20
	AtProducer       At = 0x25
	AtUpperBound     At = 0x2f
	AtAbstractOrigin At = 0x31
	AtCount          At = 0x37
	AtDataMemberLoc  At = 0x38
	AtDeclFile       At = 0x3a
	AtDeclLine       At = 0x3b
	AtDeclaration    At = 0x3c
	AtEncoding       At = 0x3e
	AtExternal       At = 0x3f
	AtFrameBase      At = 0x40
	AtSpecification  At = 0x47
	AtType           At = 0x49
	AtVarParameter   At = 0x4b
	AtEntryPC        At = 0x52
	AtRanges         At = 0x55
	AtTrampoline     At = 0x56
	AtCallFile       At = 0x58
	AtCallLine       At = 0x59
	AtDataBitOffset  At = 0x6b
	AtLinkageName    At = 0x6e
	AtStrOffsetsBase At = 0x72
	AtAddrBase       At = 0x73
	AtRnglistsBase   At = 0x74
	AtDwoName        At = 0x76
	AtCallAllCalls   At = 0x7a
	AtCallAllTails   At = 0x7c
	AtCallReturnPC   At = 0x7d
	AtCallValue      At = 0x7e
	AtCallOrigin     At = 0x7f
	AtCallTailCall   At = 0x82
	AtCallTarget     At = 0x83
	AtLoclistsBase   At = 0x8c
	AtGNUCallValue   At = 0x2111
	AtGNUCallTarget  At = 0x2113
	AtGNUTailCall    At = 0x2115
	AtGNUAllTails    At = 0x2116
	AtGNUAllCalls    At = 0x2117
	AtGNUDwoName     At = 0x2130

	AtGoKind          At = 0x2900
	AtGoKey           At = 0x2901
	AtGoElem          At = 0x2902
	AtGoEmbedded      At = 0x2903
	AtGoRuntimeType   At = 0x2904
	AtGoPackageName   At = 0x2905
	AtGoDictIndex     At = 0x2906
	AtGoClosureOffset At = 0x2907
)

// Form is how an attribute is encoded (DW_FORM_...).
type Form uint16

// Forms, as DWARF 5 section 7.5.6 numbers them, and GNU's.
const (
	FormAddr          Form = 0x01
	FormBlock2        Form = 0x03
	FormBlock4        Form = 0x04
	FormData2         Form = 0x05
	FormData4         Form = 0x06
	FormData8         Form = 0x07
	FormString        Form = 0x08
	FormBlock         Form = 0x09
	FormBlock1        Form = 0x0a
	FormData1         Form = 0x0b
	FormFlag          Form = 0x0c
	FormSdata         Form = 0x0d
	FormStrp          Form = 0x0e
	FormUdata         Form = 0x0f
	FormRefAddr       Form = 0x10
	FormRef1          Form = 0x11
	FormRef2          Form = 0x12
	FormRef4          Form = 0x13
	FormRef8          Form = 0x14
	FormRefUdata      Form = 0x15
	FormIndirect      Form = 0x16
	FormSecOffset     Form = 0x17
	FormExprloc       Form = 0x18
	FormFlagPresent   Form = 0x19
	FormStrx          Form = 0x1a
	FormAddrx         Form = 0x1b
	FormRefSup4       Form = 0x1c
	FormStrpSup       Form = 0x1d
	FormData16        Form = 0x1e
	FormLineStrp      Form = 0x1f
	FormRefSig8       Form = 0x20
	FormImplicitConst Form = 0x21
	FormLoclistx      Form = 0x22
	FormRnglistx      Form = 0x23
	FormRefSup8       Form = 0x24
	FormStrx1         Form = 0x25
	FormStrx2         Form = 0x26
	FormStrx3         Form = 0x27
	FormStrx4         Form = 0x28
	FormAddrx1        Form = 0x29
	FormAddrx2        Form = 0x2a
	FormAddrx3        Form = 0x2b
	FormAddrx4        Form = 0x2c
	FormGNUAddrIndex  Form = 0x1f01
	FormGNUStrIndex   Form = 0x1f02
	FormGNURefAlt     Form = 0x1f20
	FormGNUStrpAlt    Form = 0x1f21
)

// Kinds of unit in DWARF 5 (DW_UT_...).
const (
	unitCompile      = 1
	unitType         = 2
	unitPartial      = 3
	unitSkeleton     = 4
	unitSplitCompile = 5
	unitSplitType    = 6
)
