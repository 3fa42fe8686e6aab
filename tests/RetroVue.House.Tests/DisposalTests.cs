using System.Reflection;

namespace RetroVue.House.Tests;

/// <summary>If an app has to release an object, the object's type is IDisposable or IAsyncDisposable.</summary>
public sealed class DisposalTests
{
    private const BindingFlags Own = BindingFlags.Instance | BindingFlags.Public | BindingFlags.NonPublic | BindingFlags.DeclaredOnly;

    /// <summary>Types that have disposable fields but are not disposable, because another object owns the fields: its name.</summary>
    private static readonly Dictionary<string, string> s_others = new(StringComparer.Ordinal)
    {
        ["InputPad"] = "the pipeline's",
        ["OutputPad"] = "the pipeline's",
        ["PipelineOptions"] = "the app's loggers",
        ["FileDemuxerOptions"] = "the cache's owner's",
        ["ScreenCastStream"] = "its session's",
        ["ProducerContext"] = "the channel's output",
        ["ChannelFeed"] = "the items' pipelines'",
        ["ChannelStills"] = "the station's",
        ["StationLoader"] = "the app's loggers",
    };

    // A closed gate holds nothing, and it can be opened again.
    private static readonly HashSet<string> s_notEndings = new(StringComparer.Ordinal) { "RoomGate.Close" };

    private static readonly HashSet<string> s_endings = new(StringComparer.Ordinal) { "Close", "CloseAsync", "StopAsync", "Stop", "Leave", "LeaveAsync", "Unsubscribe" };

    private static IEnumerable<Type> PublicClasses => Repository.Projects
        .SelectMany(project => Assembly.Load(project.Name).GetExportedTypes())
        .Where(type => type is { IsClass: true } && !(type.IsAbstract && type.IsSealed) && !typeof(Delegate).IsAssignableFrom(type) && !typeof(Exception).IsAssignableFrom(type));

    [Test]
    public void Type_that_has_what_is_to_be_disposed_of_is_disposable()
    {
        string[] offenders =
        [
            .. from type in PublicClasses
               where !IsDisposable(type) && !s_others.ContainsKey(type.Name)
               let fields = type.GetFields(Own).Where(field => IsDisposable(field.FieldType) && !field.FieldType.IsAssignableTo(typeof(Task)))
               where fields.Any()
               select $"{type.Name}: {string.Join(", ", fields.Select(field => $"{field.FieldType.Name} {field.Name}"))}",
        ];
        Assert.That(offenders, Is.Empty);
    }

    [Test]
    public void Type_with_a_method_that_ends_it_is_disposable() => Assert.That(
        PublicClasses.Where(type => !IsDisposable(type)).SelectMany(type => type.GetMethods()).Where(method => s_endings.Contains(method.Name))
            .Select(method => $"{method.DeclaringType!.Name}.{method.Name}").Except(s_notEndings, StringComparer.Ordinal),
        Is.Empty);

    [Test]
    public void Exceptions_to_the_rule_exist() =>
        Assert.That(s_others.Keys.Except(PublicClasses.Where(type => !IsDisposable(type)).Select(type => type.Name), StringComparer.Ordinal), Is.Empty);

    private static bool IsDisposable(Type type) => typeof(IDisposable).IsAssignableFrom(type) || typeof(IAsyncDisposable).IsAssignableFrom(type);
}
