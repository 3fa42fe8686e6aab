using System.Text.RegularExpressions;

namespace RetroVue.House.Tests;

/// <summary>A fenced block of a page, with the page's text about it.</summary>
/// <param name="Page">The page's path in the repository.</param>
/// <param name="Line">The line of the fence, from 1.</param>
/// <param name="Language">The word after the fence; empty if there is none.</param>
/// <param name="Text">The text in the block.</param>
/// <param name="Mark">The comment right before the block, such as "compiled only: needs a camera"; null if there is none.</param>
/// <param name="Promises">The lines that the block prints, as the text after it says.</param>
internal sealed partial record DocumentedBlock(
    string Page, int Line, string Language, string Text, string? Mark, IReadOnlyList<string> Promises)
{
    /// <summary>True if a C# block is a whole program. A part of a program has no usings of its own.</summary>
    public bool IsWhole => Using().IsMatch(Text);

    /// <summary>All blocks of the pages.</summary>
    public static IReadOnlyList<DocumentedBlock> All { get; } = [.. Pages().SelectMany(Read)];

    /// <summary>Returns the pages: README.md, the pages below docs, and the page of a new station.</summary>
    public static IEnumerable<string> Pages() =>
        Directory.GetFiles(Path.Combine(Repository.Root, "docs"), "*.md", SearchOption.AllDirectories)
            .Order(StringComparer.Ordinal)
            .Prepend(Path.Combine(Repository.Root, "README.md"))
            .Append(Path.Combine(Repository.Root, "templates", "RetroVue.Templates", "retrovue-station", "README.md"));

    /// <summary>Returns the blocks of one language as test cases, named by page and line.</summary>
    public static IEnumerable<TestCaseData> Of(string language) =>
        from block in All
        where block.Language == language
        select new TestCaseData(block).SetArgDisplayNames(block.ToString());

    /// <summary>"page:line".</summary>
    public override string ToString() => $"{Page}:{Line}";

    private static IEnumerable<DocumentedBlock> Read(string path)
    {
        string text = File.ReadAllText(path);
        string page = Path.GetRelativePath(Repository.Root, path);
        Match[] fences = Fenced().Matches(text).ToArray();
        for (int i = 0; i < fences.Length; i++)
        {
            Match fence = fences[i];
            Match? next = i + 1 < fences.Length ? fences[i + 1] : null;
            int end = fence.Index + fence.Length;
            string after = text[end..(next?.Index ?? text.Length)];
            var promises = Promise().Matches(after).Select(match => match.Groups["line"].Value).ToList();
            // If the output has several lines, the page shows it as a block.
            if (next is not null && after.TrimEnd().EndsWith("It prints:", StringComparison.Ordinal))
            {
                promises.AddRange(next.Groups["text"].Value.Split('\n', StringSplitOptions.RemoveEmptyEntries));
            }

            string mark = Comment().Match(text[..fence.Index]).Groups["mark"].Value;
            yield return new DocumentedBlock(
                page,
                text.AsSpan(0, fence.Index).Count('\n') + 1,
                fence.Groups["language"].Value,
                fence.Groups["text"].Value,
                mark.Length == 0 ? null : mark,
                promises);
        }
    }

    [GeneratedRegex(@"\A(///? [^\n]*\n)*using [\w.]+;", RegexOptions.ExplicitCapture, 1000)]
    private static partial Regex Using();

    [GeneratedRegex("^```(?<language>[^\n]*)\n(?<text>.*?)^```$", RegexOptions.Multiline | RegexOptions.Singleline | RegexOptions.ExplicitCapture, 1000)]
    private static partial Regex Fenced();

    [GeneratedRegex(@"<!-- (?<mark>[^\n]*?) -->\s*\z", RegexOptions.ExplicitCapture, 1000)]
    private static partial Regex Comment();

    [GeneratedRegex(@"\bprints\s+`(?<line>[^`]+)`", RegexOptions.ExplicitCapture, 1000)]
    private static partial Regex Promise();
}
