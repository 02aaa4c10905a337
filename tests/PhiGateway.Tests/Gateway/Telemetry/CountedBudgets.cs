using System.Collections.Concurrent;
using System.Diagnostics.Metrics;

namespace PhiGateway.Tests.Gateway.Telemetry;

/// <summary>Hears which budgets are counted as exhausted, from its making until it is disposed of, by anybody in this process.</summary>
internal sealed class CountedBudgets : IDisposable
{
    private readonly ConcurrentQueue<string?> _names = [];
    private readonly MeterListener _listener;

    public CountedBudgets()
    {
        _listener = new MeterListener
        {
            InstrumentPublished = static (instrument, listener) =>
            {
                if (instrument.Name == "phi_gateway.budgets.exhausted")
                {
                    listener.EnableMeasurementEvents(instrument);
                }
            },
        };
        _listener.SetMeasurementEventCallback<long>((_, _, tags, _) => _names.Enqueue(tags[0].Value as string));
        _listener.Start();
    }

    public int Of(string budget) => _names.Count(name => name == budget);

    public void Dispose() => _listener.Dispose();
}
