using System.Reflection;

namespace RetroVue.House.Tests;

/// <summary>If a caller may have to wait for a method, it can cancel the wait.</summary>
public sealed class CancellationTests
{
    /// <summary>Methods without a token, and the reason why each needs none.</summary>
    private static readonly Dictionary<string, string> s_exempt = new(StringComparer.Ordinal)
    {
        ["Pipeline.StopAsync"] = "it lasts five seconds at most, and what has begun to stop has to end",
        ["IProducer.StopAsync"] = "what has begun to stop has to end",
        ["Executor.InvokeAsync"] = "the work is the caller's, which can look at a token itself",
        ["ThreadedExecutor.InvokeAsync"] = "as of Executor",
        ["SimulatedExecutor.InvokeAsync"] = "as of Executor",
        ["Executor.DetachAsync"] = "it lasts five seconds at most, and what a step uses must not be freed before",
        ["Watchdog.WithinAsync"] = "the limit ends it",
    };

    private static readonly MethodInfo[] s_methods =
    [
        .. from project in Repository.Projects
           from type in Assembly.Load(project.Name).GetExportedTypes()
           from method in type.GetMethods(BindingFlags.Public | BindingFlags.Instance | BindingFlags.Static | BindingFlags.DeclaredOnly)
           where IsTask(method.ReturnType) && !method.IsSpecialName && method.Name != nameof(IAsyncDisposable.DisposeAsync)
           select method,
    ];

    [Test]
    public void Methods_that_can_last_take_a_token_as_their_last_parameter()
    {
        Assert.That(s_methods, Has.Length.GreaterThan(15), "methods found");
        Assert.That(s_methods.Where(method => !Takes(method)).Select(Name).Distinct(StringComparer.Ordinal), Is.EquivalentTo(s_exempt.Keys));
    }

    [Test]
    public void Tokens_are_called_as_everywhere_in_dotnet() => Assert.That(
        s_methods.SelectMany(method => method.GetParameters()).Where(parameter => parameter.ParameterType == typeof(CancellationToken)).Select(parameter => parameter.Name),
        Is.Not.Empty.And.All.EqualTo("cancellationToken"));

    private static bool Takes(MethodInfo method) => method.GetParameters() is [.., { } last] && last.ParameterType == typeof(CancellationToken);

    private static string Name(MethodInfo method) => $"{method.DeclaringType!.Name}.{method.Name}";

    private static bool IsTask(Type type) => type == typeof(Task) || type == typeof(ValueTask)
        || (type.IsGenericType && (type.GetGenericTypeDefinition() == typeof(Task<>) || type.GetGenericTypeDefinition() == typeof(ValueTask<>)));
}
