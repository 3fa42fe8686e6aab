using System.Text;
using System.Text.Json;
using System.Text.RegularExpressions;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Options;
using RetroVue.Runtime.AspNetCore;
using RetroVue.Runtime.Schedules;

namespace RetroVue.House.Tests;

/// <summary>
/// Checks the other blocks of README.md and docs: schedules and settings are read, commands and their options exist, and the settings of
/// systemd and nginx are valid.
/// </summary>
[Category("Slow")]
public sealed partial class DocumentedFilesTests
{
    /// <summary>
    /// The languages of blocks that are checked here or by <see cref="DocumentedCodeTests"/>; "text" is for blocks that are not checked.
    /// </summary>
    private static readonly string[] s_languages = ["csharp", "json", "sh", "ini", "nginx", "text"];

    /// <summary>The folders that nginx makes at its start, by default in places where only root may write.</summary>
    private static readonly string[] s_nginxFolders = ["client_body", "proxy", "fastcgi", "uwsgi", "scgi"];

    private static IEnumerable<TestCaseData> Json => DocumentedBlock.Of("json");

    private static IEnumerable<TestCaseData> Shell => DocumentedBlock.Of("sh");

    private static IEnumerable<TestCaseData> Units => DocumentedBlock.Of("ini");

    private static IEnumerable<TestCaseData> ServerSettings => DocumentedBlock.Of("nginx");

    [Test]
    public void Every_block_of_the_pages_is_of_a_language_that_is_checked()
    {
        Assert.That(DocumentedBlock.All, Has.Count.GreaterThan(10));
        Assert.That(
            DocumentedBlock.All.Where(block => !s_languages.Contains(block.Language, StringComparer.Ordinal)).Select(block => $"{block}: '{block.Language}'"),
            Is.Empty,
            "write ```csharp, json, sh, ini, nginx, or text for what only people read");
        // The reader of blocks does not see a block that is indented or not closed.
        int fences = DocumentedBlock.Pages().Sum(page => File.ReadLines(page).Count(line => line.TrimStart().StartsWith("```", StringComparison.Ordinal)));
        Assert.That(DocumentedBlock.All, Has.Count.EqualTo(fences / 2), "a fence is not at the beginning of its line, or a block is not closed");
    }

    /// <summary>If a block has settings of an app, they are bound as the app binds them. Any other block of JSON is a schedule.</summary>
    [TestCaseSource(nameof(Json))]
    public void Settings_and_schedule_of_a_page_are_read(object documented)
    {
        var block = (DocumentedBlock)documented;
        using JsonDocument json = JsonDocument.Parse(block.Text, new JsonDocumentOptions { CommentHandling = JsonCommentHandling.Skip, AllowTrailingCommas = true });
        if (json.RootElement.TryGetProperty("RetroVue", out _))
        {
            using var text = new MemoryStream(Encoding.UTF8.GetBytes(block.Text));
            IConfigurationSection section = new ConfigurationBuilder().AddJsonStream(text).Build().GetSection("RetroVue");
            using ServiceProvider services = new ServiceCollection().AddLogging().AddRetroVue(section).BuildServiceProvider();
            Assert.That(() => services.GetRequiredService<IOptions<RetroVueOptions>>().Value, Throws.Nothing, block.ToString());
            return;
        }

        Assert.That(ScheduleFile.Parse(Encoding.UTF8.GetBytes(block.Text), block.ToString(), "/media"), Is.Not.Empty);
    }

    [TestCaseSource(nameof(Shell))]
    public void Commands_of_a_page_and_their_options_exist(object documented)
    {
        var block = (DocumentedBlock)documented;
        Assert.That(DocumentedCommand.Read(block.Text).SelectMany(command => command.Complaints()), Is.Empty, block.ToString());
    }

    [Test]
    public void Options_that_the_pages_name_exist()
    {
        string known = string.Concat(DocumentedCommand.OwnPrograms.Select(DocumentedCommand.HelpOf));
        Assert.That(known, Does.Contain("--schedule").And.Contain("--restore-token"));
        var unknown = new List<string>();
        foreach (string page in DocumentedBlock.Pages())
        {
            unknown.AddRange(
                from Match code in InlineCode().Matches(Fenced().Replace(File.ReadAllText(page), ""))
                // The text before " -- " is for dotnet.
                let text = code.Groups["code"].Value.ReplaceLineEndings(" ").Split(" -- ")[^1]
                // For other programs, the page names the program too, so these options are left out.
                where text.StartsWith('-') || text.StartsWith("./run", StringComparison.Ordinal) || code.Value.Contains("samples/", StringComparison.Ordinal)
                from Match option in Option().Matches(text)
                where !DocumentedCommand.HasOption(known, option.Value)
                select $"{Path.GetFileName(page)}: {option.Value}");
        }

        Assert.That(unknown, Is.Empty);
    }

    [Test]
    public void Files_and_pages_that_the_pages_name_exist()
    {
        var sources = Directory.GetFiles(Repository.Root, "*.cs", SearchOption.AllDirectories).Select(Path.GetFileName).ToHashSet(StringComparer.Ordinal);
        var missing = new List<string>();
        foreach (string page in DocumentedBlock.Pages())
        {
            string text = File.ReadAllText(page);
            missing.AddRange(
                from Match name in SourceFile().Matches(text)
                where !sources.Contains(name.Value)
                select $"{Path.GetFileName(page)}: {name.Value}");
            missing.AddRange(
                from Match link in Link().Matches(text)
                let target = link.Groups["target"].Value
                where !target.Contains("://", StringComparison.Ordinal) && !Path.Exists(Path.Combine(Path.GetDirectoryName(page)!, target))
                select $"{Path.GetFileName(page)}: {target}");
        }

        Assert.That(missing, Is.Empty);
    }

    [TestCaseSource(nameof(Units))]
    public void Unit_of_a_page_is_one_that_systemd_takes(object documented)
    {
        var block = (DocumentedBlock)documented;
        Match start = ExecStart().Match(block.Text);
        Assert.That(start.Success, Is.True, "a block of ini is a systemd service");
        Assert.That(DocumentedCommand.Read($"./run {start.Groups["arguments"].Value}").SelectMany(command => command.Complaints()), Is.Empty);
        string folder = Directory.CreateTempSubdirectory("retrovue-unit-").FullName;
        try
        {
            // The program is not installed here, so the unit gets another one.
            string unit = Path.Combine(folder, "retrovue.service");
            File.WriteAllText(unit, block.Text.Replace(start.Groups["program"].Value, "/bin/true", StringComparison.Ordinal));
            (int code, string output, string error) = Tool.Run("systemd-analyze", "verify", "--man=no", unit);
            Assert.That(code, Is.Zero, $"{block}: {output}{error}");
            Assert.That(error, Does.Not.Contain("retrovue.service:"), block.ToString());
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }

    [TestCaseSource(nameof(ServerSettings))]
    public void Settings_of_a_page_are_ones_that_nginx_takes(object documented)
    {
        var block = (DocumentedBlock)documented;
        string folder = Directory.CreateTempSubdirectory("retrovue-nginx-").FullName;
        try
        {
            string file = Path.Combine(folder, "nginx.conf");
            File.WriteAllText(
                file,
                $$"""
                  pid {{folder}}/pid;
                  error_log stderr;
                  events { }
                  http {
                      access_log off;
                      {{string.Concat(s_nginxFolders.Select(name => $"{name}_temp_path {folder}; "))}}
                      server {
                          listen unix:{{folder}}/socket;
                          {{block.Text}}
                      }
                  }
                  """);
            (int code, _, string error) = Tool.Run("nginx", "-t", "-p", folder, "-c", file);
            Assert.That(code, Is.Zero, $"{block}: {error}");
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }

    [GeneratedRegex(@"(?<![\w.*])[A-Z][A-Za-z0-9]*(\.[A-Z][A-Za-z0-9]*)?\.cs\b", RegexOptions.ExplicitCapture, 1000)]
    private static partial Regex SourceFile();

    [GeneratedRegex(@"\]\((?<target>[^)#]+)", RegexOptions.ExplicitCapture, 1000)]
    private static partial Regex Link();

    [GeneratedRegex("^```.*?^```$", RegexOptions.Multiline | RegexOptions.Singleline, 1000)]
    private static partial Regex Fenced();

    [GeneratedRegex("`(?<code>[^`]+)`", RegexOptions.ExplicitCapture, 1000)]
    private static partial Regex InlineCode();

    [GeneratedRegex("(?<![^ ])--[a-z][a-z-]+", RegexOptions.None, 1000)]
    private static partial Regex Option();

    [GeneratedRegex("^ExecStart=(?<program>[^ ]+) (?<arguments>.*)$", RegexOptions.Multiline | RegexOptions.ExplicitCapture, 1000)]
    private static partial Regex ExecStart();
}
