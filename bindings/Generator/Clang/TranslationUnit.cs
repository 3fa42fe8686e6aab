using System.Runtime.InteropServices;
using System.Text;

namespace RetroVue.Bindings.Generator.Clang;

/// <summary>One parsed C source, kept in memory.</summary>
internal sealed unsafe class TranslationUnit : IDisposable
{
    private const string FileName = "bindings.c";

    private readonly nint _index;
    private readonly nint _unit;

    /// <summary>Parses C text that includes the system's headers.</summary>
    /// <exception cref="GeneratorException">The text does not compile; the message contains the compiler's messages.</exception>
    public TranslationUnit(string source)
    {
        _index = LibClang.clang_createIndex(0, 0);
        var name = Utf8(FileName);
        var contents = Utf8(source);
        string[] options = ["-std=gnu17", "-D_GNU_SOURCE", "-Wno-deprecated-declarations"];
        var arguments = options.Select(Utf8).ToArray();
        try
        {
            var file = new UnsavedFile { Name = (byte*)name, Contents = (byte*)contents, Length = (nuint)Encoding.UTF8.GetByteCount(source) };
            nint unit;
            int code;
            fixed (nint* pointers = arguments)
            {
                code = LibClang.clang_parseTranslationUnit2(_index, (byte*)name, (byte**)pointers, arguments.Length, &file, 1, 0, &unit);
            }

            if (code != 0)
            {
                throw new GeneratorException($"libclang could not parse the headers (error {code}).");
            }

            _unit = unit;
            ThrowOnErrors();
        }
        finally
        {
            foreach (var pointer in arguments.Append(name).Append(contents))
            {
                Marshal.FreeCoTaskMem(pointer);
            }
        }
    }

    /// <summary>Returns the declarations at file level, in order.</summary>
    public IReadOnlyList<Cursor> Declarations() => LibClang.clang_getTranslationUnitCursor(_unit).Children();

    public void Dispose()
    {
        LibClang.clang_disposeTranslationUnit(_unit);
        LibClang.clang_disposeIndex(_index);
    }

    private static nint Utf8(string text) => Marshal.StringToCoTaskMemUTF8(text);

    private void ThrowOnErrors()
    {
        var errors = new List<string>();
        for (uint i = 0; i < LibClang.clang_getNumDiagnostics(_unit); i++)
        {
            var diagnostic = LibClang.clang_getDiagnostic(_unit, i);
            if (LibClang.clang_getDiagnosticSeverity(diagnostic) >= LibClang.SeverityError)
            {
                errors.Add(LibClang.clang_formatDiagnostic(diagnostic, 1).Take());
            }

            LibClang.clang_disposeDiagnostic(diagnostic);
        }

        if (errors.Count > 0)
        {
            throw new GeneratorException("The headers do not compile:\n" + string.Join('\n', errors));
        }
    }
}
