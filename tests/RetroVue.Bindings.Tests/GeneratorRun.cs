using RetroVue.Bindings.Generator;
using RetroVue.Bindings.Generator.Clang;

namespace RetroVue.Bindings.Tests;

/// <summary>Runs the generator in this process.</summary>
internal static class GeneratorRun
{
    /// <summary>Runs the generator; ignores the test if libclang or the headers are not installed.</summary>
    public static (int ExitCode, string Output) Run(params string[] arguments)
    {
        if (!LibClang.IsInstalled)
        {
            Assert.Ignore("libclang is not installed (apt-get install libclang-dev).");
        }

        using var output = new StringWriter();
        var code = BindingGenerator.Run(arguments, output);
        if (output.ToString().Contains("file not found", StringComparison.Ordinal))
        {
            Assert.Ignore("The headers are not installed: " + output);
        }

        return (code, output.ToString());
    }
}
