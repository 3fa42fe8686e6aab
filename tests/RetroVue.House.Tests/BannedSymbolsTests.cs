using System.Diagnostics;
using System.Reflection;
using System.Text.RegularExpressions;
using System.Xml.Linq;

namespace RetroVue.House.Tests;

/// <summary>
/// The compiler reports every entry of BannedSymbols.txt, and every overload of a banned method with a time-out is banned too.
/// </summary>
public sealed partial class BannedSymbolsTests
{
    private static readonly Dictionary<string, string> s_typeOffenders = new(StringComparer.Ordinal)
    {
        ["T:System.Diagnostics.Stopwatch"] = "_ = System.Diagnostics.Stopwatch.GetTimestamp();",
        ["T:System.Threading.Timer"] = "_ = new System.Threading.Timer(_ => { });",
        ["T:System.Threading.PeriodicTimer"] = "_ = new System.Threading.PeriodicTimer(default(System.TimeSpan));",
        ["T:System.Timers.Timer"] = "_ = new System.Timers.Timer();",
    };

    private static readonly HashSet<string> s_staticMethods = new(StringComparer.Ordinal)
    {
        "System.Threading.Thread.Sleep",
        "System.Threading.Tasks.Task.Delay",
        "System.Threading.Tasks.Task.WaitAll",
        "System.Threading.Tasks.Task.WaitAny",
        "System.Threading.WaitHandle.WaitAll",
        "System.Threading.WaitHandle.WaitAny",
        "System.Threading.WaitHandle.SignalAndWait",
        "System.Threading.Monitor.Wait",
        "System.Threading.Monitor.TryEnter",
        "System.Threading.SpinWait.SpinUntil",
    };

    private static string[] Entries =>
        [.. File.ReadAllLines(Path.Combine(Repository.Root, "BannedSymbols.txt")).Where(line => line.Length > 0).Select(line => line.Split(';')[0])];

    [Test]
    public void Every_entry_is_reported_where_it_is_used_and_innocent_code_is_not()
    {
        string[] entries = Entries;
        string folder = Directory.CreateTempSubdirectory("banned-symbols-").FullName;
        try
        {
            string[] code =
            [
                "public static class Offenders",
                "{",
                "    public static void Offend(ref bool flag)",
                "    {",
                .. entries.Select(Offender),
                "        System.Threading.Thread.Yield();",
                "        default(System.Threading.Tasks.Task)!.WaitAsync(default(System.Threading.CancellationToken));",
                "        default(System.Threading.Thread)!.Join();",
                "    }",
                "}",
            ];
            const int before = 4;
            string output = Build(folder, code);
            int[] expected = [.. Enumerable.Range(before + 1, entries.Length)];
            int[] reported = [.. Report().Matches(output).Select(match => int.Parse(match.Groups["line"].Value, null)).Distinct().Order()];
            Assert.That(output, Does.Not.Contain(": error "), "the code for each entry must compile");
            Assert.That(expected.Except(reported).Select(line => entries[line - before - 1]), Is.Empty, "entries that ban nothing");
            Assert.That(reported.Except(expected).Select(line => code[line - 1]), Is.Empty, "innocent code");
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }

    [Test]
    public void Every_overload_with_a_time_out_of_a_banned_method_is_banned()
    {
        string[] entries = Entries;
        Assembly[] assemblies = [typeof(object).Assembly, typeof(Process).Assembly, typeof(Barrier).Assembly];
        var missing = new List<string>();
        foreach (IGrouping<string, Match> method in entries.Select(entry => Method().Match(entry)).Where(match => match.Success)
            .GroupBy(match => $"{match.Groups["type"].Value}|{match.Groups["name"].Value}", StringComparer.Ordinal))
        {
            string typeName = method.First().Groups["type"].Value;
            string name = method.First().Groups["name"].Value;
            Type type = assemblies.Select(assembly => assembly.GetType(typeName)).First(found => found is not null)!;
            IEnumerable<MethodBase> overloads = name == "#ctor" ? type.GetConstructors() : type.GetMethods().Where(found => found.Name == name && found.DeclaringType == type);
            missing.AddRange(overloads
                .Where(overload => overload.GetParameters().Any(parameter => parameter.Name is "timeout" or "millisecondsTimeout" or "delay" or "millisecondsDelay" or "milliseconds"))
                .Select(overload => $"M:{typeName}.{name}({string.Join(',', overload.GetParameters().Select(parameter => Id(parameter.ParameterType)))})")
                .Except(entries, StringComparer.Ordinal));
        }

        Assert.That(missing, Is.Empty);
    }

    /// <summary>Returns a statement that uses exactly the symbol of an entry, and no other banned symbol.</summary>
    private static string Offender(string entry)
    {
        string symbol = entry[2..];
        if (entry[0] == 'T')
        {
            return s_typeOffenders[entry];
        }

        if (entry[0] == 'P')
        {
            return $"_ = {symbol};";
        }

        Match match = Method().Match(entry);
        string type = match.Groups["type"].Value.Replace("`1", "<int>", StringComparison.Ordinal);
        string name = match.Groups["name"].Value;
        string arguments = string.Join(", ", match.Groups["parameters"].Value.Split(',').Select(Argument));
        return name == "#ctor" ? $"_ = new {type}({arguments});"
            : s_staticMethods.Contains($"{type}.{name}") ? $"{type}.{name}({arguments});"
            : $"default({type})!.{name}({arguments});";
    }

    private static string Argument(string parameter) => parameter.EndsWith('@')
        ? "ref flag"
        : $"default({parameter.Replace('{', '<').Replace('}', '>')})!";

    private static string Id(Type type) => type.IsByRef ? $"{Id(type.GetElementType()!)}@"
        : type.IsGenericType ? $"{type.FullName!.Split('`')[0]}{{{string.Join(',', type.GetGenericArguments().Select(Id))}}}"
        : type.FullName!;

    private static string Build(string folder, string[] code)
    {
        string analyzer = XDocument.Load(Path.Combine(Repository.Root, "Directory.Packages.props"))
            .Descendants("GlobalPackageReference")
            .Single(reference => reference.Attribute("Include")!.Value == "Microsoft.CodeAnalysis.BannedApiAnalyzers")
            .Attribute("Version")!.Value;
        File.Copy(Path.Combine(Repository.Root, "nuget.config"), Path.Combine(folder, "nuget.config"));
        File.WriteAllLines(Path.Combine(folder, "Offenders.cs"), code);
        File.WriteAllText(
            Path.Combine(folder, "Offenders.csproj"),
            $"""
            <Project Sdk="Microsoft.NET.Sdk">
              <PropertyGroup>
                <TargetFramework>net10.0</TargetFramework>
                <Nullable>enable</Nullable>
                <NuGetAudit>false</NuGetAudit>
              </PropertyGroup>
              <ItemGroup>
                <PackageReference Include="Microsoft.CodeAnalysis.BannedApiAnalyzers" Version="{analyzer}" PrivateAssets="all" />
                <AdditionalFiles Include="{Path.Combine(Repository.Root, "BannedSymbols.txt")}" />
              </ItemGroup>
            </Project>
            """);
        var start = new ProcessStartInfo("dotnet", ["build", "-nologo", "-nodeReuse:false", "-p:UseSharedCompilation=false", "-v:minimal"])
        {
            WorkingDirectory = folder,
            RedirectStandardOutput = true,
            UseShellExecute = false,
        };
        start.Environment["DOTNET_CLI_UI_LANGUAGE"] = "en";
        // The build that runs this test sets these variables. They would change this build.
        foreach (string variable in start.Environment.Keys.Where(key => key.StartsWith("MSBUILD", StringComparison.OrdinalIgnoreCase)).ToArray())
        {
            start.Environment.Remove(variable);
        }

        using Process build = Process.Start(start)!;
        string output = build.StandardOutput.ReadToEnd();
        build.WaitForExit();
        return output;
    }

    [GeneratedRegex(@"^M:(?<type>[\w.`]+)\.(?<name>#?\w+)\((?<parameters>.*)\)$", RegexOptions.ExplicitCapture, 1000)]
    private static partial Regex Method();

    [GeneratedRegex(@"Offenders\.cs\((?<line>\d+),\d+\): warning RS0030", RegexOptions.ExplicitCapture, 1000)]
    private static partial Regex Report();
}
