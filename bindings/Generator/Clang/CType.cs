using System.Runtime.InteropServices;

namespace RetroVue.Bindings.Generator.Clang;

/// <summary>CXType: a C type. It is valid as long as its <see cref="TranslationUnit"/>.</summary>
[StructLayout(LayoutKind.Sequential)]
internal readonly unsafe struct CType
{
    private readonly int _kind;
    private readonly void* _data0;
    private readonly void* _data1;

    public CTypeKind Kind => (CTypeKind)_kind;

    public Cursor Declaration => LibClang.clang_getTypeDeclaration(this);

    public CType Canonical => LibClang.clang_getCanonicalType(this);

    public CType Pointee => LibClang.clang_getPointeeType(this);

    public CType Element => LibClang.clang_getArrayElementType(this);

    public int Count => (int)LibClang.clang_getArraySize(this);

    public CType Result => LibClang.clang_getResultType(this);

    public bool IsVariadic => LibClang.clang_isFunctionTypeVariadic(this) != 0;

    public int Size => (int)LibClang.clang_Type_getSizeOf(this);

    public int Alignment => (int)LibClang.clang_Type_getAlignOf(this);

    public IEnumerable<CType> Arguments()
    {
        for (uint i = 0; i < LibClang.clang_getNumArgTypes(this); i++)
        {
            yield return LibClang.clang_getArgType(this, i);
        }
    }

    /// <summary>The type that a typedef names, or that <c>struct X</c> names.</summary>
    public CType Behind => Kind == CTypeKind.Elaborated
        ? LibClang.clang_Type_getNamedType(this)
        : LibClang.clang_getTypedefDeclUnderlyingType(Declaration);
}

/// <summary>The members of CXTypeKind that occur.</summary>
internal enum CTypeKind
{
    /// <summary>Mostly a type in parentheses.</summary>
    Unexposed = 1,
    Void = 2,
    Bool = 3,
    CharU = 4,
    UChar = 5,
    UShort = 8,
    UInt = 9,
    ULong = 10,
    ULongLong = 11,
    CharS = 13,
    SChar = 14,
    Short = 16,
    Int = 17,
    Long = 18,
    LongLong = 19,
    Float = 21,
    Double = 22,
    Pointer = 101,
    Record = 105,
    Enum = 106,
    Typedef = 107,
    FunctionNoPrototype = 110,
    FunctionPrototype = 111,
    ConstantArray = 112,
    IncompleteArray = 114,
    Elaborated = 119,
}
