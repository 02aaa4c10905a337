using System.Diagnostics.Metrics;
using PhiGateway.Gateway.Following;
using PhiGateway.Policy.Compiling;
using PhiGateway.Policy.Registry;
using PhiGateway.Tests.Common.Identity;
using PhiGateway.Tests.Policy.Snapshot;
using Xunit;

namespace PhiGateway.Tests.Gateway.Following;

public sealed class RegistryMetricsTests
{
    [Fact]
    public void Problems_OfANewerVersion_AreCountedApart()
    {
        var holder = new SnapshotHolder(new AdjustableClock());
        using var metrics = new RegistryMetrics(holder);
        var items = TestRegistry
            .Open()
            .Select(static entity => TestRegistry.Item(entity))
            .Append(TestRegistry.Broken(RegistryKind.Organization, "newer", """{"id":"newer","kind":"vendor","name":"x","holdUntil":1}"""))
            .Append(TestRegistry.Broken(RegistryKind.Organization, "broken", "{"));
        holder.Publish(new RegistrySnapshotBuilder().Rebuild(TestRegistry.Changes(items, 4)), default);

        var measured = new Dictionary<string, long>();
        using var listener = new MeterListener { InstrumentPublished = (instrument, own) => Enable(instrument, own, holder) };
        listener.SetMeasurementEventCallback<int>((instrument, value, tags, _) => measured[$"{instrument.Name} {tags[0].Value}"] = value);
        listener.SetMeasurementEventCallback<long>((instrument, value, _, _) => measured[instrument.Name] = value);
        listener.Start();
        listener.RecordObservableInstruments();

        Assert.Equal(4, measured["phi_gateway.snapshot.version"]);
        Assert.Equal(1, measured["phi_gateway.registry.problems not-understood"]);
        Assert.Equal(1, measured["phi_gateway.registry.problems contradiction"]);
    }

    [Fact]
    public void Age_OfASnapshot_IsSinceItWasLastSeenCurrent_AndNotThereBeforeItWasLoaded()
    {
        var clock = new AdjustableClock();
        var holder = new SnapshotHolder(clock) { MaxAge = TimeSpan.FromMinutes(20) };
        using var metrics = new RegistryMetrics(holder);
        var measured = new Dictionary<string, double>();
        using var listener = new MeterListener { InstrumentPublished = (instrument, own) => Enable(instrument, own, holder) };
        listener.SetMeasurementEventCallback<double>((instrument, value, _, _) => measured[instrument.Name] = value);
        listener.Start();

        listener.RecordObservableInstruments();
        Assert.Equal(["phi_gateway.snapshot.age.limit"], measured.Keys);

        var items = TestRegistry.Open().Select(static entity => TestRegistry.Item(entity));
        holder.Publish(new RegistrySnapshotBuilder().Rebuild(TestRegistry.Changes(items, 4)), clock.GetUtcNow());
        clock.Advance(TimeSpan.FromSeconds(90));
        listener.RecordObservableInstruments();
        Assert.Equal((90d, 1200d), (measured["phi_gateway.snapshot.age"], measured["phi_gateway.snapshot.age.limit"]));
    }

    [Fact]
    public void Loaded_OfTheRegistry_IsTimedWhereItChangedSomething_AndCountedWhereItFailed()
    {
        var holder = new SnapshotHolder(new AdjustableClock());
        using var metrics = new RegistryMetrics(holder);
        var (took, failures) = (new List<double>(), 0L);
        using var listener = new MeterListener { InstrumentPublished = (instrument, own) => Enable(instrument, own, holder) };
        listener.SetMeasurementEventCallback<double>(
            (instrument, value, _, _) =>
            {
                if (instrument.Name == "phi_gateway.snapshot.reload.duration")
                {
                    took.Add(value);
                }
            }
        );
        listener.SetMeasurementEventCallback<long>(
            (instrument, value, _, _) => failures = instrument.Name == "phi_gateway.snapshot.reload.failures" ? value : failures
        );
        listener.Start();

        holder.Loaded(reached: true, before: 0, TimeSpan.FromSeconds(1));
        holder.Loaded(reached: false, before: 0, TimeSpan.FromSeconds(2));
        var items = TestRegistry.Open().Select(static entity => TestRegistry.Item(entity));
        holder.Publish(new RegistrySnapshotBuilder().Rebuild(TestRegistry.Changes(items, 4)), default);
        holder.Loaded(reached: true, before: 0, TimeSpan.FromSeconds(3));
        listener.RecordObservableInstruments();

        Assert.Equal([3d], took);
        Assert.Equal(1, failures);
    }

    [Fact]
    public void Applied_ARevocationAndAChange_SaysHowLongEachTook()
    {
        var clock = new AdjustableClock();
        var holder = new SnapshotHolder(clock);
        using var metrics = new RegistryMetrics(holder);
        var measured = new Dictionary<string, double>();
        using var listener = new MeterListener { InstrumentPublished = (instrument, own) => Enable(instrument, own, holder) };
        listener.SetMeasurementEventCallback<double>((instrument, value, _, _) => measured[instrument.Name] = value);
        listener.Start();

        // Written now, by the clock of tests, and in force half a second later.
        var revocation = TestRegistry.Revocation(RevocationTarget.Client, "connector") with
        {
            At = clock.GetUtcNow(),
        };
        var changes = TestRegistry.Changes([TestRegistry.Item(TestRegistry.Client())], 2, revocations: [revocation]);
        clock.Advance(TimeSpan.FromSeconds(0.5));
        holder.Applied(changes with { CommittedAt = clock.GetUtcNow().AddSeconds(-2.5) });

        Assert.Equal(0.5, measured["phi_gateway.revocation.propagation.duration"]);
        Assert.Equal(2.5, measured["phi_gateway.snapshot.propagation.duration"]);
    }

    // Each page of an import brings every revocation since the page before it began.
    [Fact]
    public void Applied_ARevocationThatComesWithEachPage_IsMeasuredOnce()
    {
        var clock = new AdjustableClock();
        var holder = new SnapshotHolder(clock);
        using var metrics = new RegistryMetrics(holder);
        var measured = new List<double>();
        using var listener = new MeterListener { InstrumentPublished = (instrument, own) => Enable(instrument, own, holder) };
        listener.SetMeasurementEventCallback<double>((_, value, _, _) => measured.Add(value));
        listener.Start();

        var revocation = TestRegistry.Revocation(RevocationTarget.Client, "connector") with { At = clock.GetUtcNow() };
        var changes = TestRegistry.Changes([], 2, revocations: [revocation]) with { CommittedAt = null };
        clock.Advance(TimeSpan.FromSeconds(0.5));
        holder.Applied(changes with { HasMore = true });
        clock.Advance(TimeSpan.FromSeconds(5));
        holder.Applied(changes);

        Assert.Equal([0.5], measured);
    }

    // Beside a change that takes long to build it is in force first.
    [Fact]
    public void Applied_ChangesWhoseRevocationsWereInForceBefore_MeasuresTheseAsTheyCame()
    {
        var clock = new AdjustableClock();
        var holder = new SnapshotHolder(clock);
        using var metrics = new RegistryMetrics(holder);
        var measured = new List<(string Name, double Took)>();
        using var listener = new MeterListener { InstrumentPublished = (instrument, own) => Enable(instrument, own, holder) };
        listener.SetMeasurementEventCallback<double>((instrument, value, _, _) => measured.Add((instrument.Name, value)));
        listener.Start();

        var revocation = TestRegistry.Revocation(RevocationTarget.Client, "connector") with { At = clock.GetUtcNow() };
        var changes = TestRegistry.Changes([], 2, revocations: [revocation]) with { CommittedAt = clock.GetUtcNow() };
        clock.Advance(TimeSpan.FromSeconds(0.5));
        holder.Revoked(changes.Revocations);
        clock.Advance(TimeSpan.FromSeconds(5));
        holder.Applied(changes);

        Assert.Equal([("phi_gateway.revocation.propagation.duration", 0.5), ("phi_gateway.snapshot.propagation.duration", 5.5)], measured);
    }

    // Nodes that other tests run at the same time measure under the same name.
    private static void Enable(Instrument instrument, MeterListener listener, SnapshotHolder holder)
    {
        if (instrument.Meter.Name == RegistryMetrics.Name && ReferenceEquals(instrument.Meter.Scope, holder))
        {
            listener.EnableMeasurementEvents(instrument);
        }
    }
}
