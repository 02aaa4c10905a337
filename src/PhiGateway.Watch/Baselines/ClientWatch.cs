namespace PhiGateway.Watch.Baselines;

/// <summary>One client under watch: how it usually behaves and what it does now.</summary>
internal sealed class ClientWatch(string client, ClientBaseline baseline)
{
    public string Client { get; } = client;

    public ClientBaseline Baseline { get; } = baseline;

    public ClientActivity Activity { get; } = new();
}
