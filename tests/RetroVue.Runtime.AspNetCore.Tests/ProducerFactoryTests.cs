using Microsoft.Extensions.DependencyInjection;
using RetroVue.Runtime.Channels;
using RetroVue.Runtime.Producers;
using RetroVue.Runtime.Time;

namespace RetroVue.Runtime.AspNetCore.Tests;

/// <summary>An app's own producers take the place of the station's.</summary>
public sealed class ProducerFactoryTests
{
    [Test]
    public async Task Factory_of_the_app_s_makes_the_producers_of_its_mode([Values] bool isRegisteredFirst)
    {
        var own = new OwnProducers();
        await using TestStation station = await TestStation.StartAsync(
            MasterClock.FromSystem(),
            _ => { },
            (services, isFirst) =>
            {
                if (isFirst == isRegisteredFirst)
                {
                    services.AddSingleton<IProducerFactory>(own);
                }
            },
            TestStation.Channel("clip", "Clip", TestMedia.Clip("own")));
        ChannelManager clip = station.Station.Find("clip")!;
        await using ViewerSession session = await clip.JoinAsync(new JoinRequest("test"));
        Assert.That(own.Made, Is.EqualTo(new[] { "clip" }));
        Assert.That(clip.ProducerState, Is.EqualTo(ProducerState.Running));
    }

    private sealed class OwnProducers : IProducerFactory
    {
        private readonly NormalProducerFactory _inner = new();

        public ChannelMode Mode => ChannelMode.Normal;

        public List<string> Made { get; } = [];

        public IProducer Create(ProducerContext context)
        {
            Made.Add(context.Channel.ShortName);
            Assert.That(context.Id, Does.StartWith("clip-normal-"));
            return _inner.Create(context);
        }
    }
}
