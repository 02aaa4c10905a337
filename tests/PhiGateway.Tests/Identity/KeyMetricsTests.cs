using System.Collections.Concurrent;
using System.Diagnostics.Metrics;
using System.Globalization;
using PhiGateway.Identity.Issuers;
using PhiGateway.Tests.Common.Identity;
using Xunit;

namespace PhiGateway.Tests.Identity;

public sealed class KeyMetricsTests
{
    [Fact]
    public async Task Refresh_OfIssuersKeys_IsCountedByResult_AndTheirAgeShown()
    {
        await using var issuer = await LoopbackIssuer.StartAsync(SigningKey.Es256("k1"));
        issuer.Status = 503;
        using var host = new IdentityHost(null, issuer.Options);
        var measured = new ConcurrentQueue<string>();
        using var listener = new MeterListener
        {
            InstrumentPublished = (instrument, own) =>
            {
                // Nodes that other tests run at the same time measure under the same name.
                if (instrument.Meter.Name == KeyMetrics.Name && ReferenceEquals(instrument.Meter.Scope, host.Directory))
                {
                    own.EnableMeasurementEvents(instrument);
                }
            },
        };
        listener.SetMeasurementEventCallback<long>(
            (instrument, value, tags, _) => measured.Enqueue($"{instrument.Name} {tags[0].Value} {tags[1].Value} {value}")
        );
        listener.SetMeasurementEventCallback<double>(
            (instrument, value, tags, _) =>
                measured.Enqueue(string.Create(CultureInfo.InvariantCulture, $"{instrument.Name} {tags[0].Value} {value}"))
        );
        listener.Start();

        Assert.NotNull(await host.Directory.Issuers[0].Keys.RefreshAsync(force: true));
        Assert.Null(await host.Directory.Issuers[1].Keys.RefreshAsync(force: true));
        host.Clock.Advance(TimeSpan.FromSeconds(90));
        listener.RecordObservableInstruments();

        Assert.Equal(
            [
                "phi_gateway.jwks.refresh hospital-idp ok 1",
                "phi_gateway.jwks.refresh loopback-idp failed 1",
                "phi_gateway.jwks.age hospital-idp 90",
            ],
            measured
        );
    }
}
