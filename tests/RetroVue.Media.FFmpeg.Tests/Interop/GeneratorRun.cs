using System.Runtime.InteropServices;
using RetroVue.Bindings.Generator;

namespace RetroVue.Media.FFmpeg.Tests.Interop;

/// <summary>Runs the generator in this process.</summary>
internal static class GeneratorRun
{
    /// <summary>Runs it; ignores the test where libclang or the headers are not installed.</summary>
    public static (int ExitCode, string Output) Run(params string[] arguments)
    {
        if (!NativeLibrary.TryLoad("libclang-14.so.1", out var libclang))
        {
            Assert.Ignore("libclang 14 is not installed (apt-get install libclang-14-dev).");
        }

        NativeLibrary.Free(libclang);
        using var output = new StringWriter();
        var code = BindingGenerator.Run(arguments, output);
        if (output.ToString().Contains("file not found", StringComparison.Ordinal))
        {
            Assert.Ignore("The headers are not installed: " + output);
        }

        return (code, output.ToString());
    }
}
