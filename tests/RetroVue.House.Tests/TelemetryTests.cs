using System.Diagnostics;
using System.Diagnostics.Metrics;
using System.Reflection;
using System.Runtime.CompilerServices;
using System.Text.RegularExpressions;

namespace RetroVue.House.Tests;

/// <summary>The packages measure and trace exactly what docs/telemetry.md lists.</summary>
public sealed partial class TelemetryTests
{
    private static readonly string s_page = File.ReadAllText(Path.Combine(Repository.Root, "docs", "telemetry.md"));

    private static readonly Type[] s_telemetry =
    [
        .. Repository.Projects.SelectMany(project => Assembly.Load(project.Name).GetTypes()).Where(type => type.Name.EndsWith("Telemetry", StringComparison.Ordinal) && HoldsMeter(type)),
    ];

    [Test]
    public void Instruments_published_are_those_of_the_page_with_kind_unit_and_meaning()
    {
        List<Instrument> published = [];
        using var listener = new MeterListener
        {
            InstrumentPublished = (instrument, _) =>
            {
                if (instrument.Meter.Name.StartsWith("RetroVue.", StringComparison.Ordinal))
                {
                    published.Add(instrument);
                }
            },
        };
        listener.Start();
        using var meters = new TestMeters();
        foreach (Type type in s_telemetry)
        {
            // Some packages create their instruments once in the process, others for each meter factory.
            RuntimeHelpers.RunClassConstructor(type.TypeHandle);
            type.GetConstructor([typeof(IMeterFactory)])?.Invoke([meters]);
            type.GetMethod("Of", [typeof(IMeterFactory)])?.Invoke(null, [meters]);
        }

        Assert.That(
            published.Select(instrument => $"{instrument.Meter.Name} {instrument.Name} {instrument.GetType().Name.Split('`')[0]} {instrument.Unit}").Distinct(StringComparer.Ordinal),
            Is.EquivalentTo(Documented()));
        Assert.That(published.Select(instrument => instrument.Description), Has.All.Matches<string?>(text => text is { Length: > 0 } && text.EndsWith('.')));
        Assert.That(published.Select(instrument => instrument.Name), Has.All.Match("^retrovue(\\.[a-z_]+)+$"));
    }

    [Test]
    public void Package_has_one_meter_and_one_source_of_its_own_name_or_none()
    {
        Assert.That(s_telemetry.Select(type => type.Assembly).ToList(), Is.Unique);
        Assert.That(s_telemetry, Has.Length.EqualTo(5), "classes found");
        string[] sources =
        [
            .. s_telemetry.SelectMany(type => type.GetFields(BindingFlags.Static | BindingFlags.Public | BindingFlags.NonPublic))
                .Where(field => field.FieldType == typeof(ActivitySource))
                .Select(field => ((ActivitySource)field.GetValue(null)!).Name),
        ];
        Assert.That(sources, Is.EquivalentTo(s_telemetry.Select(type => type.Assembly.GetName().Name).Where(name => name != "RetroVue.Runtime.AspNetCore")));
    }

    [Test]
    public void Activities_of_the_code_are_those_of_the_page()
    {
        string[] written =
        [
            .. Repository.Projects.SelectMany(project => Repository.Sources(project.Folder)).SelectMany(file => Started().Matches(File.ReadAllText(file)))
                .Select(match => match.Groups["name"].Value).Distinct(StringComparer.Ordinal),
        ];
        Assert.That(written, Has.Length.GreaterThan(5), "activities found");
        Assert.That(Activity().Matches(s_page).Select(match => match.Groups["name"].Value), Is.EquivalentTo(written));
    }

    private static IEnumerable<string> Documented()
    {
        string meter = "";
        foreach (string line in s_page.Split('\n'))
        {
            if (MeterRow().Match(line) is { Success: true } package)
            {
                meter = package.Groups["name"].Value;
            }
            else if (InstrumentRow().Match(line) is { Success: true } row)
            {
                yield return $"{meter} {row.Groups["name"].Value} {row.Groups["kind"].Value} {row.Groups["unit"].Value}";
            }
        }
    }

    private static bool HoldsMeter(Type type) => type
        .GetConstructors(BindingFlags.Instance | BindingFlags.Public | BindingFlags.NonPublic).SelectMany(constructor => constructor.GetParameters()).Any(parameter => parameter.ParameterType == typeof(Meter) || parameter.ParameterType == typeof(IMeterFactory))
        || type.GetFields(BindingFlags.Static | BindingFlags.NonPublic).Any(field => field.FieldType == typeof(Meter));

    [GeneratedRegex(@"^\| \*\*`(?<name>[\w.]+)`\*\* \|", RegexOptions.ExplicitCapture, 1000)]
    private static partial Regex MeterRow();

    [GeneratedRegex(@"^\| `(?<name>retrovue[\w.]+)` \| (?<kind>\w+) \| `(?<unit>[^`]+)` \|[^|]*\| [^|]{4,} \|$", RegexOptions.ExplicitCapture, 1000)]
    private static partial Regex InstrumentRow();

    [GeneratedRegex(@"^\| `(?<name>retrovue[\w.]+)` \| `RetroVue[\w.]+` \| [^|]{4,} \|$", RegexOptions.ExplicitCapture | RegexOptions.Multiline, 1000)]
    private static partial Regex Activity();

    [GeneratedRegex(@"(?:StartActivity|Telemetry\.Begin|\bBegin|Opening)\(""(?<name>retrovue[\w.]+)""\)", RegexOptions.ExplicitCapture, 1000)]
    private static partial Regex Started();
}
