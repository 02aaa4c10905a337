using PhiGateway.Policy.Vocabulary;

namespace PhiGateway.Gateway.Exchange;

/// <summary>An answer, or why there is none.</summary>
internal readonly struct UpstreamResult
{
    private UpstreamResult(UpstreamAnswer? answer, DenyReason? failure) => (Answer, Failure) = (answer, failure);

    public UpstreamAnswer? Answer { get; }

    public DenyReason? Failure { get; }

    public static UpstreamResult Of(UpstreamAnswer answer) => new(answer, null);

    public static UpstreamResult Failed(DenyReason reason) => new(null, reason);
}
