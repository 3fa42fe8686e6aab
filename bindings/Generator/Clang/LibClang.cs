using System.Runtime.InteropServices;

namespace RetroVue.Bindings.Generator.Clang;

/// <summary>
/// The part of libclang's C API (clang-c/Index.h, LLVM 14) that is necessary to read declarations. Its ABI is stable, so any later version
/// works.
/// </summary>
internal static unsafe class LibClang
{
    internal const string Library = "libclang";

    private const int OldestVersion = 14;
    private const int NewestVersion = 40;

    internal const int ChildVisitContinue = 1;
    internal const int SeverityError = 3;

    private static readonly nint s_handle = Load();

    static LibClang() => NativeLibrary.SetDllImportResolver(typeof(LibClang).Assembly, (name, _, _) => name == Library ? s_handle : 0);

    /// <summary>True if a version is installed that can be used.</summary>
    internal static bool IsInstalled => s_handle != 0;

    [DllImport(Library)] internal static extern nint clang_createIndex(int excludeDeclarationsFromPch, int displayDiagnostics);
    [DllImport(Library)] internal static extern void clang_disposeIndex(nint index);
    [DllImport(Library)]
    internal static extern int clang_parseTranslationUnit2(nint index, byte* fileName, byte** arguments, int argumentCount,
        UnsavedFile* unsavedFiles, uint unsavedFileCount, uint options, nint* unit);
    [DllImport(Library)] internal static extern void clang_disposeTranslationUnit(nint unit);
    [DllImport(Library)] internal static extern uint clang_getNumDiagnostics(nint unit);
    [DllImport(Library)] internal static extern nint clang_getDiagnostic(nint unit, uint index);
    [DllImport(Library)] internal static extern int clang_getDiagnosticSeverity(nint diagnostic);
    [DllImport(Library)] internal static extern ClangString clang_formatDiagnostic(nint diagnostic, uint options);
    [DllImport(Library)] internal static extern void clang_disposeDiagnostic(nint diagnostic);
    [DllImport(Library)] internal static extern byte* clang_getCString(ClangString text);
    [DllImport(Library)] internal static extern void clang_disposeString(ClangString text);

    [DllImport(Library)] internal static extern Cursor clang_getTranslationUnitCursor(nint unit);
    [DllImport(Library)]
    internal static extern uint clang_visitChildren(Cursor parent, delegate* unmanaged<Cursor, Cursor, void*, int> visitor, void* data);
    [DllImport(Library)] internal static extern ClangString clang_getCursorSpelling(Cursor cursor);
    [DllImport(Library)] internal static extern CType clang_getCursorType(Cursor cursor);
    [DllImport(Library)] internal static extern uint clang_isCursorDefinition(Cursor cursor);
    [DllImport(Library)] internal static extern Cursor clang_Cursor_getArgument(Cursor cursor, uint index);
    [DllImport(Library)] internal static extern CType clang_getEnumDeclIntegerType(Cursor cursor);
    [DllImport(Library)] internal static extern long clang_getEnumConstantDeclValue(Cursor cursor);
    [DllImport(Library)] internal static extern CType clang_getTypedefDeclUnderlyingType(Cursor cursor);
    [DllImport(Library)] internal static extern long clang_Cursor_getOffsetOfField(Cursor cursor);
    [DllImport(Library)] internal static extern uint clang_Cursor_isAnonymousRecordDecl(Cursor cursor);
    [DllImport(Library)] internal static extern nint clang_Cursor_Evaluate(Cursor cursor);
    [DllImport(Library)] internal static extern int clang_EvalResult_getKind(nint result);
    [DllImport(Library)] internal static extern long clang_EvalResult_getAsLongLong(nint result);
    [DllImport(Library)] internal static extern void clang_EvalResult_dispose(nint result);

    [DllImport(Library)] internal static extern Cursor clang_getTypeDeclaration(CType type);
    [DllImport(Library)] internal static extern CType clang_getCanonicalType(CType type);
    [DllImport(Library)] internal static extern CType clang_Type_getNamedType(CType type);
    [DllImport(Library)] internal static extern CType clang_getPointeeType(CType type);
    [DllImport(Library)] internal static extern CType clang_getResultType(CType type);
    [DllImport(Library)] internal static extern int clang_getNumArgTypes(CType type);
    [DllImport(Library)] internal static extern CType clang_getArgType(CType type, uint index);
    [DllImport(Library)] internal static extern uint clang_isFunctionTypeVariadic(CType type);
    [DllImport(Library)] internal static extern CType clang_getArrayElementType(CType type);
    [DllImport(Library)] internal static extern long clang_getArraySize(CType type);
    [DllImport(Library)] internal static extern long clang_Type_getSizeOf(CType type);
    [DllImport(Library)] internal static extern long clang_Type_getAlignOf(CType type);
    [DllImport(Library)] internal static extern long clang_Type_getOffsetOf(CType type, byte* field);

    /// <summary>Returns the offset of a field in bits, also of a field of an anonymous union.</summary>
    internal static long OffsetOf(CType type, string field)
    {
        var name = Marshal.StringToCoTaskMemUTF8(field);
        try
        {
            return clang_Type_getOffsetOf(type, (byte*)name);
        }
        finally
        {
            Marshal.FreeCoTaskMem(name);
        }
    }

    // Distributions put the version into the file's name. The name without a version is only in their development packages.
    private static nint Load()
    {
        foreach (var version in Enumerable.Range(OldestVersion, NewestVersion - OldestVersion + 1))
        {
            if (NativeLibrary.TryLoad($"libclang-{version}.so.1", out var handle))
            {
                return handle;
            }
        }

        return 0;
    }
}

/// <summary>CXUnsavedFile: a file that exists in memory only.</summary>
[StructLayout(LayoutKind.Sequential)]
internal unsafe struct UnsavedFile
{
    public byte* Name;
    public byte* Contents;
    public nuint Length;
}

/// <summary>CXString.</summary>
[StructLayout(LayoutKind.Sequential)]
internal unsafe struct ClangString
{
    private readonly void* _data;
    private readonly uint _flags;

    /// <summary>Returns the text and releases the native string.</summary>
    public readonly string Take()
    {
        var text = Marshal.PtrToStringUTF8((nint)LibClang.clang_getCString(this)) ?? "";
        LibClang.clang_disposeString(this);
        return text;
    }
}
