using System.Collections.Concurrent;
using System.Diagnostics.Metrics;
using PhiGateway.Audit.Journal;
using PhiGateway.Tests.Common.Audit;
using Xunit;

namespace PhiGateway.Tests.Audit.Journal;

public sealed class JournalMetricsTests
{
    [Fact]
    public async Task Append_Listened_IsCountedWithoutAnyTag()
    {
        var seen = new ConcurrentDictionary<string, double>();
        var tags = 0;
        using var listener = new MeterListener();
        listener.InstrumentPublished = static (instrument, l) =>
        {
            if (instrument.Meter.Name == "PhiGateway.Audit")
            {
                l.EnableMeasurementEvents(instrument);
            }
        };
        listener.SetMeasurementEventCallback<long>((i, v, t, _) => Add(i, v, t.Length));
        listener.SetMeasurementEventCallback<int>((i, v, t, _) => Add(i, v, t.Length));
        listener.SetMeasurementEventCallback<double>((i, v, t, _) => Add(i, v, t.Length));
        listener.Start();
        using var folder = new JournalFolder();
        await using (var journal = await folder.OpenAsync())
        {
            _ = await journal.AppendAsync(TestRecords.Disclosure());
            listener.RecordObservableInstruments();
        }

        Assert.True(seen["phi_gateway.audit.appended"] >= 2);
        Assert.True(seen["phi_gateway.audit.batch.size"] >= 1);
        Assert.True(seen["phi_gateway.audit.write.duration"] > 0);
        Assert.True(seen["phi_gateway.audit.unshipped"] >= 2);
        Assert.Contains("phi_gateway.audit.queue.depth", seen.Keys);
        Assert.Contains("phi_gateway.audit.dropped", seen.Keys);
        Assert.Equal(0, tags);

        void Add(Instrument instrument, double value, int count)
        {
            _ = seen.AddOrUpdate(instrument.Name, value, (_, old) => old + value);
            _ = Interlocked.Add(ref tags, count);
        }
    }
}
