using System.Diagnostics.Metrics;

namespace PhiGateway.Identity.Issuers;

/// <summary>
/// Publishes how fetches of issuers' keys go and how old the keys of each issuer are; labels are the names under which issuers are configured.
/// Made by the directory of issuers.
/// </summary>
internal sealed class KeyMetrics : IDisposable
{
    /// <summary>Name of the meter.</summary>
    public const string Name = "PhiGateway.Identity";

    private readonly Meter _meter;
    private readonly Counter<long> _refreshes;

    /// <param name="issuers">Whose keys; asked when somebody looks.</param>
    /// <param name="owner">Tells meters of several nodes in one process apart.</param>
    public KeyMetrics(Func<IReadOnlyList<TrustedIssuer>> issuers, object owner)
    {
        _meter = new Meter(Name, version: null, tags: null, scope: owner);
        _refreshes = _meter.CreateCounter<long>("phi_gateway.jwks.refresh", "{fetch}", "Fetches of an issuer's keys, by result.");
        _meter.CreateObservableGauge(
            "phi_gateway.jwks.age",
            () => Ages(issuers()),
            "s",
            "Since an issuer's keys were last fetched; not there before they were."
        );
    }

    /// <summary>Counts a fetch.</summary>
    public void Count(string issuer, bool isGood) =>
        _refreshes.Add(
            1,
            new KeyValuePair<string, object?>("issuer", issuer),
            new KeyValuePair<string, object?>("result", isGood ? "ok" : "failed")
        );

    public void Dispose() => _meter.Dispose();

    private static IEnumerable<Measurement<double>> Ages(IReadOnlyList<TrustedIssuer> issuers)
    {
        foreach (var issuer in issuers)
        {
            if (issuer.Keys.Age is { } age)
            {
                yield return new Measurement<double>(age.TotalSeconds, new KeyValuePair<string, object?>("issuer", issuer.Options.Name));
            }
        }
    }
}
