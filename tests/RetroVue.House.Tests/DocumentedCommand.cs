using System.Collections.Concurrent;
using System.Text.RegularExpressions;

namespace RetroVue.House.Tests;

/// <summary>A command of a page: a line of shell, or a part of one between "&amp;&amp;" and "|".</summary>
/// <param name="Words">The words of the command, without variables before it and a comment after it.</param>
internal sealed partial record DocumentedCommand(IReadOnlyList<string> Words)
{
    /// <summary>Programs of other projects that a reader has, or is told to install. Their options are not checked.</summary>
    private static readonly string[] s_others = ["cd", "cp", "mkdir", "vlc", "mpv", "useradd", "ffmpeg", "ffprobe", "sudo", "pg_dump", "pg_restore"];

    /// <summary>The number of words in the name of a dotnet command; one for the commands that are not listed.</summary>
    private static readonly Dictionary<string, int> s_verbs = new(StringComparer.Ordinal) { ["new"] = 2, ["add"] = 2, ["nuget"] = 3 };

    private static readonly ConcurrentDictionary<string, string> s_helps = new(StringComparer.Ordinal);

    private static readonly Lazy<string> s_properties = new(() => File.ReadAllText(Path.Combine(Repository.Root, "Directory.Build.props")));

    /// <summary>The programs of this repository that have options: scripts, and projects that are run.</summary>
    public static IReadOnlyList<string> OwnPrograms { get; } = ["./run", "samples/Capture"];

    /// <summary>The commands of a block.</summary>
    public static IEnumerable<DocumentedCommand> Read(string shell) =>
        from line in shell.Replace("\\\n", " ", StringComparison.Ordinal).Split('\n')
        from part in Comment().Replace(line, "").Split(["&&", "|"], StringSplitOptions.TrimEntries)
        let words = Word().Matches(part).Select(match => match.Value.Trim('"')).SkipWhile(word => Assignment().IsMatch(word)).ToArray()
        where words.Length > 0
        select new DocumentedCommand(words);

    /// <summary>Returns the help text of dotnet or of a program of this repository, also of a command of it: "./run database".</summary>
    public static string HelpOf(string program) => s_helps.GetOrAdd(program, name =>
    {
        if (name.StartsWith("dotnet ", StringComparison.Ordinal))
        {
            (int code, string output) = PackedProject.Dotnet(Repository.Root, $"{name["dotnet ".Length..]} --help");
            return code == 0 ? output : "";
        }

        string[] words = name.Split(' ', 2);
        if (File.Exists(Path.Combine(Repository.Root, words[0])))
        {
            return Tool.Run(Path.Combine(Repository.Root, words[0]), $"{words.ElementAtOrDefault(1)} --help") is (0, var output, _) ? output : "";
        }

        string built = Path.Combine(Repository.Root, name, "bin", "Release", "net10.0", $"{Path.GetFileName(name)}.dll");
        (int ended, string printed) = PackedProject.Dotnet(
            Repository.Root, File.Exists(built) ? $"exec {built} --help" : $"run --project {name} -c Release -v quiet -- --help");
        return ended == 0 ? printed : "";
    });

    /// <summary>Returns true if a help text names an option.</summary>
    public static bool HasOption(string help, string option) => Regex.IsMatch(
        help, $@"(?<![\w-]){Regex.Escape(option)}(?![\w-])", RegexOptions.None, TimeSpan.FromSeconds(1));

    /// <summary>Returns a complaint for each part of the command that does not exist.</summary>
    public IEnumerable<string> Complaints()
    {
        string program = Words[0];
        if (program == "dotnet")
        {
            return OfDotnet();
        }

        if (program.Contains('/', StringComparison.Ordinal))
        {
            string path = Path.Combine(Repository.Root, program);
            return Tool.Run("test", "-x", path).ExitCode == 0
                ? Missing(WithSubcommands(program), Words.Skip(1))
                : [$"there is no program {program}"];
        }

        return s_others.Contains(program, StringComparer.Ordinal) ? [] : [$"'{program}' is a program that no page needs so far"];
    }

    /// <summary>Returns the program with those of the next words that its help lists as commands: "./run database purge".</summary>
    private string WithSubcommands(string program)
    {
        foreach (string word in Words.Skip(1).TakeWhile(word => !word.StartsWith('-')))
        {
            if (!Regex.IsMatch(HelpOf(program), $@"(?s)Commands:.*^\s+{Regex.Escape(word)}(\s|$)", RegexOptions.Multiline, TimeSpan.FromSeconds(1)))
            {
                break;
            }

            program = $"{program} {word}";
        }

        return program;
    }

    private IEnumerable<string> OfDotnet()
    {
        if (Words is ["dotnet", "run", "--project", var project, ..])
        {
            return Directory.GetFiles(Path.Combine(Repository.Root, project), "*.csproj").Length == 1
                ? Missing("dotnet run", Words.TakeWhile(word => word != "--")).Concat(Missing(project, Words.SkipWhile(word => word != "--").Skip(1)))
                : [$"there is no project {project}"];
        }

        if (Words is ["dotnet", "new", var template, ..] && IsOwnTemplate(template))
        {
            return Missing("dotnet new console", Words.Take(2).Concat(Words.Skip(3)));
        }

        string verb = string.Join(' ', Words.Take(1 + s_verbs.GetValueOrDefault(Words[1], 1)));
        return HelpOf(verb).Length == 0
            ? [$"there is no command '{verb}'"]
            : Missing(verb, Words.Where(word => !word.StartsWith("-p:", StringComparison.Ordinal))).Concat(UnknownProperties());
    }

    /// <summary>Returns a complaint for each property that is given to MSBuild (-p:Name=Value) and that no project reads.</summary>
    private IEnumerable<string> UnknownProperties() =>
        from word in Words
        where word.StartsWith("-p:", StringComparison.Ordinal)
        let name = word["-p:".Length..].Split('=')[0]
        where !s_properties.Value.Contains($"<{name}>", StringComparison.Ordinal) && !s_properties.Value.Contains($"$({name})", StringComparison.Ordinal)
        select $"nothing reads the property {name}";

    /// <summary>Returns true if templates/ has a template of this name. It need not be installed here.</summary>
    private static bool IsOwnTemplate(string name) =>
        Directory.GetFiles(Path.Combine(Repository.Root, "templates"), "template.json", SearchOption.AllDirectories)
            .Any(file => File.ReadAllText(file).Contains($"\"shortName\": \"{name}\"", StringComparison.Ordinal));

    private static IEnumerable<string> Missing(string program, IEnumerable<string> words) =>
        from word in words
        where word.StartsWith('-') && word != "--"
        let option = word.Split('=')[0]
        where !HasOption(HelpOf(program), option)
        select $"{program} has no option {option}";

    [GeneratedRegex("(?<![^ ])#.*$", RegexOptions.None, 1000)]
    private static partial Regex Comment();

    [GeneratedRegex("\"[^\"]*\"|[^ ]+", RegexOptions.None, 1000)]
    private static partial Regex Word();

    [GeneratedRegex("^[A-Za-z_]+=", RegexOptions.None, 1000)]
    private static partial Regex Assignment();
}
