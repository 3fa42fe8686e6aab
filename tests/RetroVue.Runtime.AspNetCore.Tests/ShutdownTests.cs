using System.Net;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using NodaTime;
using RetroVue.Media.Time;
using RetroVue.Runtime.Channels;
using RetroVue.Runtime.Producers;
using RetroVue.Runtime.Schedules;
using RetroVue.Runtime.Time;

namespace RetroVue.Runtime.AspNetCore.Tests;

/// <summary>If the station shuts down, requests that wait for a channel get an answer.</summary>
public sealed class ShutdownTests
{
    [Test]
    public async Task Request_that_waits_for_a_channel_is_answered_with_503_as_the_station_shuts_down(
        [Values("/channels/clip/live.ts", "/channels/clip/hls/index.m3u8")] string address, [Values] bool isHostStopped)
    {
        var waiting = new WaitingProducers();
        await using TestStation station = await TestStation.StartAsync(
            MasterClock.FromSystem(),
            _ => { },
            (services, _) => services.AddSingleton<IProducerFactory>(waiting),
            TestStation.Channel("clip", "Clip", TestMedia.Clip("shutdown")));
        Task<HttpResponseMessage> asking = station.Http.GetAsync(address, HttpCompletionOption.ResponseHeadersRead);
        await waiting.Asked;
        if (isHostStopped)
        {
            station.Services.GetRequiredService<IHostApplicationLifetime>().StopApplication();
        }
        else
        {
            await station.Station.DisposeAsync();
        }

        using HttpResponseMessage answer = await asking;
        Assert.That(answer.StatusCode, Is.EqualTo(HttpStatusCode.ServiceUnavailable));
        await station.Station.DisposeAsync();
        Assert.That(async () => await station.Station.Find("clip")!.JoinAsync(new JoinRequest("late")), Throws.InstanceOf<OperationCanceledException>());
    }

    /// <summary>Makes producers that get ready only when they are cancelled.</summary>
    private sealed class WaitingProducers : IProducerFactory
    {
        private readonly TaskCompletionSource _asked = new(TaskCreationOptions.RunContinuationsAsynchronously);

        public ChannelMode Mode => ChannelMode.Normal;

        public Task Asked => _asked.Task;

        public IProducer Create(ProducerContext context) => new WaitingProducer(context, _asked);
    }

    private sealed class WaitingProducer(ProducerContext context, TaskCompletionSource asked) : IProducer
    {
        public string Id => context.Id;

        public ProducerState State => ProducerState.Starting;

        public ProducerHealth Health => ProducerHealth.Running;

        public Uri StreamEndpoint => context.StreamEndpoint;

        public Task Completion => Task.CompletedTask;

        public ClockTime PrepareLead => ClockTime.FromSeconds(5);

        public async Task PrepareAsync(PlayoutPlan plan, Instant startAt, CancellationToken cancellationToken = default)
        {
            asked.TrySetResult();
            await Task.Delay(Timeout.Infinite, cancellationToken);
        }

        public Task StartAsync(CancellationToken cancellationToken = default) => Task.CompletedTask;

        public Task PlayContentAsync(PlayoutEntry entry, CancellationToken cancellationToken = default) => Task.CompletedTask;

        public bool ReplacePlan(PlayoutPlan plan, Instant from) => false;

        public Task StopAsync() => Task.CompletedTask;

        public ValueTask DisposeAsync() => ValueTask.CompletedTask;
    }
}
