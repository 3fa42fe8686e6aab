using System.Reflection;
using System.Xml.Linq;
using RetroVue.Media;
using RetroVue.Media.Devices;
using RetroVue.Media.FFmpeg;
using RetroVue.Runtime;

namespace RetroVue.House.Tests;

/// <summary>
/// An app that catches one type of a package catches all exceptions that the package defines. Each tells if a new attempt may succeed.
/// </summary>
public sealed class ExceptionTests
{
    /// <summary>The base of each package that has exceptions of its own.</summary>
    private static readonly Type[] s_bases = [typeof(MediaException), typeof(FFmpegException), typeof(DeviceException), typeof(StationException)];

    private static IEnumerable<string> Projects => Repository.Projects.Select(project => project.Name);

    private static IEnumerable<Type> Exceptions => s_bases.SelectMany(@base => ExceptionsOf(@base.Assembly));

    [TestCaseSource(nameof(Projects))]
    public void Package_has_one_base_of_its_exceptions_or_none_of_its_own(string project)
    {
        var assembly = Assembly.Load(project);
        Type? @base = s_bases.SingleOrDefault(type => type.Assembly == assembly);
        Assert.That(
            ExceptionsOf(assembly).Where(type => @base is null || !type.IsAssignableTo(@base)),
            Is.Empty,
            $"These exceptions do not derive from {@base?.Name ?? "a base, because the package has none"}.");
    }

    [Test]
    public void Exceptions_are_sealed_but_for_the_bases()
    {
        Assert.That(Exceptions.Count(), Is.GreaterThanOrEqualTo(10), "exceptions found");
        Assert.That(Exceptions.Where(type => !type.IsSealed), Is.EquivalentTo(s_bases));
        Assert.That(s_bases, Has.All.Matches<Type>(type => type!.IsAssignableTo(typeof(MediaException))));
    }

    [TestCaseSource(nameof(Exceptions))]
    public void Exception_says_in_its_docs_whether_it_is_transient(Type exception)
    {
        if (!exception.IsVisible)
        {
            return;
        }

        string docs = DocsOf($"T:{exception.FullName}") + DocsOf($"P:{exception.FullName}.{nameof(MediaException.IsTransient)}");
        Assert.That(docs, Does.Contain("transient").IgnoreCase);

        string DocsOf(string member) => XDocument.Load(Path.ChangeExtension(exception.Assembly.Location, ".xml")!).Descendants("member")
            .SingleOrDefault(element => element.Attribute("name")?.Value == member)?.ToString() ?? "";
    }

    private static IEnumerable<Type> ExceptionsOf(Assembly assembly) => assembly.GetTypes().Where(type => type.IsAssignableTo(typeof(Exception)));
}
