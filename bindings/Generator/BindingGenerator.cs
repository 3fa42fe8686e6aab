namespace RetroVue.Bindings.Generator;

/// <summary>The command: generates, checks, or writes the C code that proves the layouts.</summary>
internal static class BindingGenerator
{
    private const string Usage = """
        Usage: RetroVue.Bindings.Generator [--check] [--asserts FILE] INPUT.json...
          (nothing)        writes the generated files beside each input
          --check          writes nothing; fails if a file is not the one that the headers give, unless they are of another version
          --asserts FILE   writes C code that compiles only if layouts and constants are right; one input at a time
        Needs libclang 14 or later (apt-get install libclang-dev) and the libraries' development packages.
        """;

    /// <summary>Runs the command.</summary>
    /// <returns>0 on success; 1 if a check failed or an input cannot be used; 2 for wrong arguments.</returns>
    public static int Run(IReadOnlyList<string> arguments, TextWriter output)
    {
        var rest = arguments.ToList();
        var check = rest.Remove("--check");
        var at = rest.IndexOf("--asserts");
        var asserts = at >= 0 && at + 1 < rest.Count ? rest[at + 1] : null;
        if (asserts is not null)
        {
            rest.RemoveRange(at, 2);
        }

        if (rest.Count == 0 || rest.Exists(path => path.StartsWith('-')) || (asserts is not null && (check || rest.Count > 1)))
        {
            output.WriteLine(Usage);
            return 2;
        }

        try
        {
            return rest.Aggregate(0, (worst, path) => Math.Max(worst, Process(path, check, asserts, output)));
        }
        catch (Exception e) when (e is GeneratorException or IOException or DllNotFoundException)
        {
            output.WriteLine(e.Message);
            return 1;
        }
    }

    private static int Process(string path, bool check, string? asserts, TextWriter output)
    {
        var folder = Path.GetDirectoryName(Path.GetFullPath(path))!;
        var input = BindingInput.Read(path);
        var abi = input.Abi is null ? null : AbiFacts.Read(Path.Combine(folder, input.Abi));
        using var headers = new Headers(input);
        if (asserts is not null)
        {
            File.WriteAllText(asserts, AssertsWriter.Write(input, headers, abi));
            return 0;
        }

        var writer = new BindingWriter(input, headers, abi);
        return check ? Check(folder, writer, headers.Versions, output) : Write(folder, writer.Write(), output);
    }

    private static int Write(string folder, IReadOnlyDictionary<string, string> files, TextWriter output)
    {
        foreach (var stale in Directory.EnumerateFiles(folder, "*.g.cs").Where(file => !files.ContainsKey(Path.GetFileName(file))))
        {
            File.Delete(stale);
        }

        foreach (var (name, text) in files)
        {
            File.WriteAllText(Path.Combine(folder, name), text);
            output.WriteLine($"{Path.Combine(folder, name)}: written");
        }

        return 0;
    }

    private static int Check(string folder, BindingWriter writer, IReadOnlyList<string> versions, TextWriter output)
    {
        var present = Directory.EnumerateFiles(folder, "*.g.cs").Select(file => Path.GetFileName(file)!).ToList();
        var installed = GeneratedFile.VersionLine + string.Join(", ", versions);
        var worst = 0;

        // Headers of another version may lack something that is bound. Then nothing can be written, and nothing has to be compared.
        var isRecorded = present.Count == 0 || present.Exists(name => VersionLineOf(Path.Combine(folder, name)) == installed);
        var files = isRecorded ? writer.Write() : new Dictionary<string, string>();
        foreach (var name in files.Keys.Union(present).Order(StringComparer.Ordinal))
        {
            var file = Path.Combine(folder, name);
            var committed = File.Exists(file) ? File.ReadAllText(file) : "";
            var recorded = VersionLineOf(file);
            if (recorded is not null && recorded != installed)
            {
                output.WriteLine($"{file}: headers differ, not checked (recorded {recorded[3..]}, installed {installed[3..]})");
            }
            else if (files.GetValueOrDefault(name) != committed)
            {
                output.WriteLine($"{file}: differs from what the headers give");
                worst = 1;
            }
        }

        return worst;
    }

    private static string? VersionLineOf(string file) => File.Exists(file)
        ? File.ReadLines(file).FirstOrDefault(line => line.StartsWith(GeneratedFile.VersionLine, StringComparison.Ordinal))
        : null;
}
