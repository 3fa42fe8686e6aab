using System.Reflection;

namespace RetroVue.House.Tests;

/// <summary>docs/adr/0015-notification.md decides which form each notification has: an event, a channel, a delegate or progress.</summary>
public sealed class NotificationTests
{
    private static readonly string s_decision = File.ReadAllText(Path.Combine(Repository.Root, "docs", "adr", "0015-notification.md"));

    private static readonly Type[] s_types = [.. Repository.Projects.SelectMany(project => Assembly.Load(project.Name).GetExportedTypes())];

    [Test]
    public void Public_events_are_those_of_the_decision_and_no_others()
    {
        EventInfo[] events = [.. s_types.SelectMany(type => type.GetEvents(BindingFlags.Public | BindingFlags.Instance | BindingFlags.Static | BindingFlags.DeclaredOnly))];
        Assert.That(events.Select(one => one.Name).Distinct(StringComparer.Ordinal), Is.EquivalentTo(new[] { "Advanced", "ClockChanged" }));
        Assert.That(events.Select(one => one.EventHandlerType!.Name.Split('`')[0]), Has.All.EqualTo("EventHandler"));
    }

    [Test]
    public void Public_delegates_channels_and_progress_stand_in_the_decision()
    {
        PropertyInfo[] told =
        [
            .. s_types.SelectMany(type => type.GetProperties(BindingFlags.Public | BindingFlags.Instance | BindingFlags.Static | BindingFlags.DeclaredOnly))
                .Where(property => property.PropertyType.IsAssignableTo(typeof(Delegate)) || IsChannel(property.PropertyType)),
        ];
        Assert.That(told, Has.Length.GreaterThan(5), "types found");
        Assert.That(told.Select(property => property.Name).Where(name => !s_decision.Contains(name, StringComparison.Ordinal)), Is.Empty);
        Assert.That(s_types.Where(type => type.GetInterfaces().Any(one => one.Name == typeof(IObservable<>).Name)), Is.Empty);
    }

    private static bool IsChannel(Type type) => type.IsGenericType && type.GetGenericTypeDefinition() == typeof(System.Threading.Channels.ChannelReader<>);
}
