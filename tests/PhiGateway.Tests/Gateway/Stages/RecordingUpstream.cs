using System.Net;
using System.Text;
using PhiGateway.Fhir.Requests;
using PhiGateway.Gateway.Exchange;
using PhiGateway.Gateway.Upstream;
using PhiGateway.Policy.Vocabulary;

namespace PhiGateway.Tests.Gateway.Stages;

/// <summary>An upstream without a socket: remembers every call, and answers by method and path. What it has no answer for is 404.</summary>
internal sealed class RecordingUpstream : IUpstream
{
    private readonly Dictionary<string, Func<UpstreamReply>> _answers = new(StringComparer.Ordinal);

    internal List<UpstreamCall> Calls { get; } = [];

    /// <summary>Lines of the calls, such as <c>GET /Observation/1</c>, in order.</summary>
    internal IEnumerable<string> Lines => Calls.Select(static call => $"{call.Method} {call.PathAndQuery}");

    /// <summary>The answer to what has none of its own; 404 by default.</summary>
    internal Func<UpstreamReply> Otherwise { get; set; } = static () => Reply(404, "{}", KnownMediaTypes.FhirJson);

    /// <summary>Answers what has no answer of its own; null: <see cref="Otherwise"/> does.</summary>
    internal Func<UpstreamCall, UpstreamReply>? Respond { get; set; }

    /// <summary>Told of every call before it is answered.</summary>
    internal Action<UpstreamCall> OnCall { get; set; } = static _ => { };

    public ValueTask<UpstreamReply> SendAsync(UpstreamCall call, GatewayExchange exchange, CancellationToken cancellationToken)
    {
        cancellationToken.ThrowIfCancellationRequested();
        Calls.Add(call);
        OnCall(call);
        var line = $"{call.Method} {call.PathAndQuery}";
        return new(_answers.TryGetValue(line, out var answer) ? answer() : Respond?.Invoke(call) ?? Otherwise());
    }

    internal RecordingUpstream Answers(
        string line,
        string body,
        int status = 200,
        string mediaType = KnownMediaTypes.FhirJson,
        Action<HttpResponseMessage>? change = null
    )
    {
        _answers[line] = () => Reply(status, body, mediaType, change);
        return this;
    }

    internal RecordingUpstream Fails(string line, DenyReason reason)
    {
        _answers[line] = () => new UpstreamReply(StageResult<UpstreamAnswer>.Refuse(reason), "first");
        return this;
    }

    internal static UpstreamReply Reply(int status, string body, string mediaType, Action<HttpResponseMessage>? change = null)
    {
        var response = new HttpResponseMessage((HttpStatusCode)status) { Content = new StringContent(body, Encoding.UTF8, mediaType) };
        change?.Invoke(response);
        return new UpstreamReply(new UpstreamAnswer(response), "first");
    }
}
