using System.Reflection;
using System.Text;
using System.Text.RegularExpressions;
using System.Xml.Linq;
using RetroVue.Media.Clocks;
using RetroVue.Media.Time;

namespace RetroVue.House.Tests;

/// <summary>
/// A <see cref="ClockTime"/> does not tell its line, or if it is a duration. So its name or its documentation must tell that
/// (docs/adr/0016).
/// </summary>
public sealed partial class TimeNamesTests
{
    // Words with which the name of a point in time ends.
    private static readonly HashSet<string> s_points = new(StringComparer.OrdinalIgnoreCase)
    {
        "time", "now", "at", "from", "until", "start", "stop", "begin", "end", "reached", "since", "due", "before", "first", "last", "newest", "captured",
    };

    private static IEnumerable<string> Projects => Repository.Projects.Select(project => project.Name);

    [TestCaseSource(nameof(Projects))]
    public void Deadline_stands_behind_the_clock_that_reads_it(string project)
    {
        IEnumerable<string> wrong = Methods(project)
            .Where(method => method.GetParameters() is var parameters
                && Array.FindIndex(parameters, parameter => IsTime(parameter.ParameterType) && LastWord(parameter.Name!) == "deadline") is >= 0 and var place
                && !parameters.Take(place).Any(parameter => typeof(IClock).IsAssignableFrom(parameter.ParameterType)))
            .Select(Show);
        Assert.That(wrong, Is.Empty);
    }

    [TestCaseSource(nameof(Projects))]
    public void Public_point_in_time_says_which_line_it_is_on(string project)
    {
        Dictionary<string, XElement> docs = XDocument.Load(Path.Combine(AppContext.BaseDirectory, $"{project}.xml"))
            .Descendants("member").ToDictionary(member => member.Attribute("name")!.Value, StringComparer.Ordinal);
        var wrong = new List<string>();
        foreach (Type type in Types(project).Where(type => type.IsVisible && type != typeof(ClockTime)))
        {
            bool isSaidForAll = docs.GetValueOrDefault($"T:{type.FullName!.Replace('+', '.')}") is { } element && ForAll().IsMatch(Text(element));
            foreach (PropertyInfo property in type.GetProperties(Declared)
                .Where(property => IsTime(property.PropertyType) && IsPoint(property.Name) && property.GetMethod is { } get && IsShown(get)))
            {
                string doc = docs.TryGetValue($"P:{property.DeclaringType!.FullName!.Replace('+', '.')}.{property.Name}", out XElement? found) ? Text(found) : "";
                if (!IsInherited(found) && !isSaidForAll && !Line().IsMatch(doc))
                {
                    wrong.Add($"{type}.{property.Name}");
                }
            }

            foreach (MethodBase method in Methods(type).Where(IsShown))
            {
                // Overloads differ in their parameters, but this test does not build the text of parameters. So it is enough if one
                // overload tells the line.
                string prefix = $"M:{type.FullName!.Replace('+', '.')}.{method.Name.Replace('.', '#')}";
                XElement[] found = [.. docs.Where(doc => doc.Key == prefix || doc.Key.StartsWith($"{prefix}(", StringComparison.Ordinal)).Select(doc => doc.Value)];
                string doc = string.Concat(found.Select(Text));
                wrong.AddRange(method.GetParameters()
                    .Where(parameter => IsTime(parameter.ParameterType) && IsPoint(parameter.Name!))
                    .Where(_ => !found.Any(IsInherited) && !isSaidForAll && !Line().IsMatch(doc))
                    .Select(parameter => $"{Show(method)}: {parameter.Name}"));
            }
        }

        Assert.That(wrong, Is.Empty);
    }

    private const BindingFlags Declared =
        BindingFlags.Public | BindingFlags.NonPublic | BindingFlags.Instance | BindingFlags.Static | BindingFlags.DeclaredOnly;

    private static Type[] Types(string project) => Assembly.Load(project).GetTypes();

    private static IEnumerable<MethodBase> Methods(string project) => Types(project).SelectMany(Methods);

    private static IEnumerable<MethodBase> Methods(Type type) => type.GetMethods(Declared).Concat<MethodBase>(type.GetConstructors(Declared));

    private static bool IsShown(MethodBase method) => method.IsPublic || method.IsFamily || method.IsFamilyOrAssembly;

    private static bool IsTime(Type type) => (Nullable.GetUnderlyingType(type) ?? type) == typeof(ClockTime);

    private static bool IsPoint(string name) => s_points.Contains(LastWord(name)) && !LineWord().IsMatch(name);

    private static string LastWord(string name) => Word().Matches(name)[^1].Value.ToLowerInvariant();

    private static bool IsInherited(XElement? member) => member?.Element("inheritdoc") is not null;

    /// <summary>
    /// Returns the text of a member's documentation, with the names to which it refers. Names of properties and of <see cref="ClockTime"/>
    /// are left out: they contain the names of lines, but do not tell the member's line.
    /// </summary>
    private static string Text(XElement member)
    {
        var text = new StringBuilder();
        foreach (XNode node in member.DescendantNodes())
        {
            if (node is XText words)
            {
                text.Append(words.Value);
            }
            else if (((XElement)node).Attribute("cref")?.Value is { } reference && !Unsaying().IsMatch(reference))
            {
                text.Append(LastName().Match(reference).Value);
            }
        }

        return text.ToString();
    }

    private static string Show(MethodBase method) => $"{method.DeclaringType}.{method.Name}";

    [GeneratedRegex(@"[A-Z]?[a-z0-9]+|[A-Z]+", RegexOptions.ExplicitCapture, 1000)]
    private static partial Regex Word();

    [GeneratedRegex(@"^(P:|.:RetroVue\.Media\.Time\.ClockTime\b)", RegexOptions.ExplicitCapture, 1000)]
    private static partial Regex Unsaying();

    [GeneratedRegex(@"(?<=[.:])\w+(?=(\(.*)?$)", RegexOptions.ExplicitCapture, 1000)]
    private static partial Regex LastName();

    /// <summary>Matches the sentence by which a type tells the line of all its members that do not tell one.</summary>
    [GeneratedRegex(@"\bTimes\s+are\s+on\b", RegexOptions.ExplicitCapture, 1000)]
    private static partial Regex ForAll();

    [GeneratedRegex(@"system|running|station|output|base|pts|dts", RegexOptions.IgnoreCase | RegexOptions.ExplicitCapture, 1000)]
    private static partial Regex LineWord();

    [GeneratedRegex(@"\bline\b|running time|system('s)? time|system clock|station time|\bclocks?\b|\bPTS\b|presentation time|decoding time|output time|file's own zero", RegexOptions.IgnoreCase | RegexOptions.ExplicitCapture, 1000)]
    private static partial Regex Line();
}
