using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

namespace RetroVue.Bindings.Generator.Clang;

/// <summary>
/// CXCursor: a position in the syntax tree, here always a declaration. It is valid as long as its <see cref="TranslationUnit"/>.
/// </summary>
[StructLayout(LayoutKind.Sequential)]
internal readonly unsafe struct Cursor
{
    private readonly int _kind;
    private readonly int _data;
    private readonly void* _data0;
    private readonly void* _data1;
    private readonly void* _data2;

    public CursorKind Kind => (CursorKind)_kind;

    public string Name => LibClang.clang_getCursorSpelling(this).Take();

    public CType Type => LibClang.clang_getCursorType(this);

    public bool IsDefinition => LibClang.clang_isCursorDefinition(this) != 0;

    /// <summary>True for an anonymous union, whose members C code uses as if they were members of the struct.</summary>
    public bool IsAnonymousUnion => Kind == CursorKind.Union && LibClang.clang_Cursor_isAnonymousRecordDecl(this) != 0;

    /// <summary>Returns the fields of a struct or union that have names.</summary>
    public IReadOnlyList<Cursor> Fields() => [.. Children().Where(child => child.Kind == CursorKind.Field)];

    public IReadOnlyList<Cursor> Children()
    {
        var children = new List<Cursor>();
        LibClang.clang_visitChildren(this, &Visit, Unsafe.AsPointer(ref children));
        return children;
    }

    // The list is a local variable of Children, which is below this call on the stack. So its address is valid while Visit runs.
    [UnmanagedCallersOnly]
    private static int Visit(Cursor cursor, Cursor parent, void* data)
    {
        Unsafe.AsRef<List<Cursor>>(data).Add(cursor);
        return LibClang.ChildVisitContinue;
    }
}

/// <summary>The members of CXCursorKind that occur.</summary>
internal enum CursorKind
{
    Struct = 2,
    Union = 3,
    Enum = 5,
    Field = 6,
    EnumConstant = 7,
    Function = 8,
    Variable = 9,
    Parameter = 10,
}
