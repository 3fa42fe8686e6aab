using System.Runtime.InteropServices;
using System.Text;
using System.Text.RegularExpressions;

namespace RetroVue.House.Tests;

/// <summary>
/// Compiles blocks of pages against this build, as a reader's new project would: with nullable types, and with the usings that every
/// project has.
/// </summary>
/// <remarks>The SDK's compiler is called directly. A project for each block would spend most of its time on its restore.</remarks>
internal static partial class BlockCompiler
{
    private static readonly Lazy<string> s_sdk = new(FindSdk);

    private static readonly string[] s_usings =
        ["System", "System.Collections.Generic", "System.IO", "System.Linq", "System.Net.Http", "System.Threading", "System.Threading.Tasks"];

    private static readonly string[] s_webUsings =
    [
        "Microsoft.AspNetCore.Builder", "Microsoft.AspNetCore.Hosting", "Microsoft.AspNetCore.Http", "Microsoft.AspNetCore.Routing",
        "Microsoft.Extensions.Configuration", "Microsoft.Extensions.DependencyInjection", "Microsoft.Extensions.Hosting", "Microsoft.Extensions.Logging",
    ];

    /// <summary>Compiles a block into a folder of its own, so that it can run; returns the program's path.</summary>
    public static string Compile(DocumentedBlock block, string folder)
    {
        File.WriteAllText(Path.Combine(folder, "Usings.cs"), GlobalUsings(block));
        string source = Path.Combine(folder, "Program.cs");
        File.WriteAllText(source, block.IsWhole ? Located(block) : Wrapped(block));
        string program = Path.Combine(folder, "Program.dll");
        var arguments = new StringBuilder("-nologo -nostdlib -langversion:14 -nullable:enable -unsafe- -warnaserror -optimize+ -nowarn:CS1701,CS1702 ")
            .Append(block.IsWhole ? "-target:exe " : "-target:library -nowarn:CS0168,CS0219,CS1998,CS8321,CS0649 ")
            .Append($"-out:\"{program}\" \"{source}\" \"{Path.Combine(folder, "Usings.cs")}\"");
        foreach (string reference in Frameworks().Concat(OwnFiles()).DistinctBy(Path.GetFileName, StringComparer.Ordinal))
        {
            arguments.Append($" -r:\"{reference}\"");
        }

        string response = Path.Combine(folder, "compiler.rsp");
        File.WriteAllText(response, arguments.ToString());
        (int code, string output) = PackedProject.Dotnet(folder, $"exec \"{Path.Combine(s_sdk.Value, "Roslyn", "bincore", "csc.dll")}\" -noconfig \"@{response}\"");
        Assert.That(code, Is.Zero, $"{block} does not compile:\n{output}");
        if (block.IsWhole)
        {
            MakeRunnable(folder);
        }

        return program;
    }

    private static string Located(DocumentedBlock block) => $"#line {block.Line + 1} \"{block.Page}\"\n{block.Text}";

    /// <summary>
    /// A part of a program uses names that the reader's program declares and the page does not repeat. They are added here.
    /// </summary>
    private static string Wrapped(DocumentedBlock block) =>
        $$"""
          internal static class Part
          {
              internal static Pipeline pipeline = null!;
              internal static ChannelOutput output = null!;
              internal static IServiceCollection services = null!;
              internal static WebApplicationBuilder builder = null!;
              internal static WebApplication app = null!;

              public static async Task RunAsync()
              {
          {{Located(block)}}
          #line default
              }
          }

          internal abstract class MyEmergencyFactory : IProducerFactory
          {
              public abstract ChannelMode Mode { get; }

              public abstract IProducer Create(ProducerContext context);
          }
          """;

    private static string GlobalUsings(DocumentedBlock block)
    {
        IEnumerable<string> usings = s_usings;
        if (!block.IsWhole || block.Text.Contains("WebApplication.", StringComparison.Ordinal))
        {
            usings = usings.Concat(s_webUsings);
        }

        if (!block.IsWhole)
        {
            usings = usings.Concat(OwnNamespaces());
        }

        return string.Concat(usings.Select(name => $"global using {name};\n"));
    }

    private static IEnumerable<string> OwnNamespaces() => Repository.Projects
        .SelectMany(project => System.Reflection.Assembly.Load(project.Name).GetExportedTypes())
        .Select(type => type.Namespace!)
        .Distinct(StringComparer.Ordinal)
        .Order(StringComparer.Ordinal);

    private static IEnumerable<string> Frameworks()
    {
        string packs = Path.Combine(s_sdk.Value, "..", "..", "packs");
        foreach (string pack in (string[])["Microsoft.NETCore.App.Ref", "Microsoft.AspNetCore.App.Ref"])
        {
            string newest = Directory.GetDirectories(Path.Combine(packs, pack), "10.*").MaxBy(path => Version.Parse(Path.GetFileName(path).Split('-')[0]))!;
            foreach (string file in Directory.GetFiles(Path.Combine(newest, "ref", "net10.0"), "*.dll"))
            {
                yield return file;
            }
        }
    }

    /// <summary>Returns this build's assemblies, and the other assemblies that they need.</summary>
    private static string[] OwnFiles() => Directory.GetFiles(AppContext.BaseDirectory, "*.dll");

    private static void MakeRunnable(string folder)
    {
        File.WriteAllText(
            Path.Combine(folder, "Program.runtimeconfig.json"),
            """
            {
              "runtimeOptions": {
                "tfm": "net10.0",
                "frameworks": [
                  { "name": "Microsoft.NETCore.App", "version": "10.0.0" },
                  { "name": "Microsoft.AspNetCore.App", "version": "10.0.0" }
                ],
                "configProperties": { "System.Globalization.Invariant": true }
              }
            }
            """);
        foreach (string file in OwnFiles().Concat(Directory.GetFiles(AppContext.BaseDirectory, "libretrovue-*.so")).Append(Sqlite))
        {
            File.CreateSymbolicLink(Path.Combine(folder, Path.GetFileName(file)), file);
        }
    }

    private static string Sqlite => Path.Combine(AppContext.BaseDirectory, "runtimes", RuntimeInformation.RuntimeIdentifier, "native", "libe_sqlite3.so");

    private static string FindSdk()
    {
        (_, string output) = PackedProject.Dotnet(Repository.Root, "--info");
        string found = BasePath().Match(output).Groups["path"].Value;
        Assert.That(found, Is.Not.Empty, output);
        return found;
    }

    [GeneratedRegex(@"Base Path:\s*(?<path>[^\n]*\S)", RegexOptions.ExplicitCapture, 1000)]
    private static partial Regex BasePath();
}
