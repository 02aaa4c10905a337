namespace PhiGateway.Identity.Signals;

/// <summary>What an operator writes under <c>Signals</c>: whose shared signals (SSF, CAEP) are taken, and where they are pushed to.</summary>
public sealed class SignalsOptions
{
    /// <summary>Where signals are pushed to, such as <c>https://0.0.0.0:8445</c>; null: nowhere, they are only fetched.</summary>
    public string? Listener { get; set; }

    /// <summary>Who may send signals; none by default, so that nothing is taken.</summary>
    public IReadOnlyList<TransmitterOptions> Transmitters { get; set; } = [];
}
