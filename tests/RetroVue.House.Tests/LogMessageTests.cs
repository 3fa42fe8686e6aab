using System.Globalization;
using System.Reflection;
using System.Text.RegularExpressions;
using Microsoft.Extensions.Logging;

namespace RetroVue.House.Tests;

/// <summary>Each id of a log message stands for one message only, and the page tells what to do about it.</summary>
public sealed partial class LogMessageTests
{
    private const BindingFlags Everything = BindingFlags.Public | BindingFlags.NonPublic | BindingFlags.Static | BindingFlags.Instance | BindingFlags.DeclaredOnly;

    /// <summary>The messages of all packages. A message without a fixed level may have any level, so it counts as the worst.</summary>
    private static readonly (string Package, Type Table, string Name, int Id, LogLevel Level)[] s_messages =
    [
        .. from project in Repository.Projects
           from type in Assembly.Load(project.Name).GetTypes()
           from method in type.GetMethods(Everything)
           let message = method.GetCustomAttribute<LoggerMessageAttribute>()
           where message is not null
           select (project.Name, type, method.Name, message.EventId, message.Level),
    ];

    private static readonly string[] s_page = File.ReadAllLines(Path.Combine(Repository.Root, "docs", "troubleshooting.md"));

    [Test]
    public void Ids_are_given_and_stand_for_one_message_each_in_all_packages()
    {
        Assert.That(s_messages, Has.Length.GreaterThan(20), "messages found");
        Assert.That(s_messages.GroupBy(message => message.Id).Where(group => group.Count() > 1).Select(group => string.Join(" and ", group)), Is.Empty);
    }

    [Test]
    public void Package_has_all_its_messages_in_one_table_in_the_order_of_their_ids()
    {
        foreach (var package in s_messages.GroupBy(message => message.Package, StringComparer.Ordinal))
        {
            Assert.That(package.Select(message => message.Table).Distinct().Count(), Is.EqualTo(1), package.Key);
            Assert.That(package.Select(message => message.Id), Is.Ordered, package.Key);
        }
    }

    [Test]
    public void Ids_are_in_the_range_that_the_page_gives_to_their_package()
    {
        (string Package, int First, int Last)[] ranges =
        [
            .. from line in s_page
               let match = Range().Match(line)
               where match.Success
               select (match.Groups["package"].Value, Number(match.Groups["first"].Value), Number(match.Groups["last"].Value)),
        ];
        Assert.That(ranges.Select(range => range.Package), Is.EquivalentTo(s_messages.Select(message => message.Package).Distinct(StringComparer.Ordinal)));
        Assert.That(
            s_messages.Where(message => !ranges.Any(range => range.Package == message.Package && message.Id >= range.First && message.Id <= range.Last)),
            Is.Empty);
        Assert.That(
            ranges.SelectMany(range => ranges.Where(other => other != range && other.First <= range.Last && range.First <= other.Last)),
            Is.Empty,
            "Two ranges overlap.");
    }

    [Test]
    public void Warnings_and_errors_stand_on_the_page_with_what_to_do()
    {
        int[] listed = [.. s_page.Select(line => Row().Match(line)).Where(match => match.Success).SelectMany(match => match.Groups["id"].Captures).Select(capture => Number(capture.Value))];
        Assert.That(listed, Is.Unique);
        Assert.That(listed, Is.SubsetOf(s_messages.Select(message => message.Id)), "There is no such message.");
        Assert.That(s_messages.Where(message => message.Level >= LogLevel.Warning && !listed.Contains(message.Id)), Is.Empty);
    }

    private static int Number(string text) => int.Parse(text, CultureInfo.InvariantCulture);

    [GeneratedRegex(@"^\| `(?<package>RetroVue[\w.]*)` \| (?<first>\d+) to (?<last>\d+) \|$", RegexOptions.ExplicitCapture, 1000)]
    private static partial Regex Range();

    // The columns: the ids, the meaning, and what to do.
    [GeneratedRegex(@"^\| (?<id>\d+)(, (?<id>\d+))* \| [^|]{10,} \| [^|]{10,} \|$", RegexOptions.ExplicitCapture, 1000)]
    private static partial Regex Row();
}
