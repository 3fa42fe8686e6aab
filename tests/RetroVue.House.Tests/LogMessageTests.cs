using System.Reflection;
using Microsoft.Extensions.Logging;

namespace RetroVue.House.Tests;

/// <summary>Who searches a log by a message's id finds that message and no other.</summary>
public sealed class LogMessageTests
{
    private const BindingFlags Everything = BindingFlags.Public | BindingFlags.NonPublic | BindingFlags.Static | BindingFlags.Instance | BindingFlags.DeclaredOnly;

    [Test]
    public void Ids_are_given_and_stand_for_one_message_each_in_all_assemblies()
    {
        (int Id, string Method)[] messages =
        [
            .. from project in Repository.Projects
               from type in Assembly.Load(project.Name).GetTypes()
               from method in type.GetMethods(Everything)
               let message = method.GetCustomAttribute<LoggerMessageAttribute>()
               where message is not null
               select (message.EventId, $"{type.FullName}.{method.Name}"),
        ];
        Assert.That(messages, Has.Length.GreaterThan(20), "are they found?");
        Assert.That(messages.Where(message => message.Id <= 0), Is.Empty, "an id is not given");
        Assert.That(messages.GroupBy(message => message.Id).Where(group => group.Count() > 1).Select(group => string.Join(" and ", group)), Is.Empty);
    }
}
