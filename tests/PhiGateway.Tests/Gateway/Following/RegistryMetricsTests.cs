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
        using var listener = new MeterListener { InstrumentPublished = static (instrument, listener) => Enable(instrument, listener) };
        listener.SetMeasurementEventCallback<int>((instrument, value, tags, _) => measured[$"{instrument.Name} {tags[0].Value}"] = value);
        listener.SetMeasurementEventCallback<long>((instrument, value, _, _) => measured[instrument.Name] = value);
        listener.Start();
        listener.RecordObservableInstruments();

        Assert.Equal(4, measured["phi_gateway.snapshot.version"]);
        Assert.Equal(1, measured["phi_gateway.registry.problems not-understood"]);
        Assert.Equal(1, measured["phi_gateway.registry.problems contradiction"]);
    }

    private static void Enable(Instrument instrument, MeterListener listener)
    {
        if (instrument.Meter.Name == RegistryMetrics.Name)
        {
            listener.EnableMeasurementEvents(instrument);
        }
    }
}
