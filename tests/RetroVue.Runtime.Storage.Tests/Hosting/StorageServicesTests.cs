using Microsoft.Extensions.DependencyInjection;
using NodaTime;
using NodaTime.Testing;
using RetroVue.Runtime.Events;

namespace RetroVue.Runtime.Storage.Tests.Hosting;

/// <summary>The database as a service of an app.</summary>
public sealed class StorageServicesTests
{
    [Test]
    public async Task Database_is_one_service_that_ends_with_the_app()
    {
        using var folder = new TestFolder();
        ServiceProvider services = new ServiceCollection().AddSingleton<IClock>(new FakeClock(TestEvents.Time)).AddRetroVueStorage(folder.Database).BuildServiceProvider();
        IEventStore store = services.GetRequiredService<IEventStore>();
        Assert.That(store, Is.SameAs(services.GetRequiredService<StationDatabase>()));
        await store.Log.AppendAsync(TestEvents.Make());
        await services.DisposeAsync();
        Assert.That(() => store.Log.AppendAsync(TestEvents.Make()), Throws.InstanceOf<ObjectDisposedException>());
    }

    [Test]
    public async Task Database_that_cannot_be_used_fails_who_asks_for_it()
    {
        using var folder = new TestFolder();
        await using ServiceProvider services = new ServiceCollection().AddSingleton<IClock>(new FakeClock(TestEvents.Time)).AddRetroVueStorage(folder.Path).BuildServiceProvider();
        Assert.That(() => services.GetRequiredService<IEventStore>(), Throws.InstanceOf<EventException>().With.Message.Contains("is a folder"));
        Assert.That(() => new ServiceCollection().AddRetroVueStorage(" "), Throws.ArgumentException);
    }
}
