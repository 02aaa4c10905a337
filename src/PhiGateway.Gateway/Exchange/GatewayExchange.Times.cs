namespace PhiGateway.Gateway.Exchange;

internal sealed partial class GatewayExchange
{
    private long _upstreamTicks;

    /// <summary>How long upstreams took until the heads of their answers were there, summed up; zero where nobody measures it.</summary>
    public TimeSpan UpstreamTime => new(Interlocked.Read(ref _upstreamTicks));

    /// <summary>Adds one call's; of an entry of a batch it is the batch's.</summary>
    public void NoteUpstream(TimeSpan took) => Interlocked.Add(ref (Bundle ?? this)._upstreamTicks, took.Ticks);
}
