using PhiGateway.Fhir.Requests;
using PhiGateway.Gateway.Exchange;
using PhiGateway.Gateway.Upstream;
using PhiGateway.Policy.Vocabulary;

namespace PhiGateway.Gateway.Lookups;

/// <summary>
/// Makes one read upstream for the gateway's own judgement and returns what came of it; used by all lookups. The audit record tells of the
/// client's own call only.
/// </summary>
internal sealed class Fetch(IUpstream upstream, AnswerBuffers buffers)
{
    /// <summary>Reads what is at a place below the upstream's base.</summary>
    public ValueTask<Fetched> ReadAsync(GatewayExchange exchange, string place) =>
        ReadAsync(exchange, new UpstreamCall("GET", place, null, default, KnownHeaders.AcceptFhir));

    /// <summary>Makes a call that changes nothing, and reads its answer whole. Whoever calls disposes of what was found.</summary>
    public async ValueTask<Fetched> ReadAsync(GatewayExchange exchange, UpstreamCall call)
    {
        var sent = (await upstream.SendAsync(call, exchange, exchange.Http.RequestAborted)).Answer;
        if (!sent.Continues)
        {
            return new Fetched.Failed(sent.Result.Refusal ?? DenyReason.UpstreamUnavailable);
        }

        using var answer = sent.Value;
        switch (answer.Status)
        {
            case 200:
                return await ReadBodyAsync(exchange, answer);
            case 404 or 410:
                return new Fetched.Absent(answer.Status);
            case 429 or 503:
                exchange.UpstreamWait = answer.WaitAt(exchange.Now);
                return new Fetched.Failed(DenyReason.UpstreamBusy, answer.Status);
            case 504:
                return new Fetched.Failed(DenyReason.UpstreamTimeout, answer.Status);
            default:
                return new Fetched.Failed(DenyReason.UpstreamRefused, answer.Status);
        }
    }

    /// <summary>Opens a file of an export, wherever the upstream sends on to. Whoever calls disposes of the answer; null: none came.</summary>
    public async ValueTask<UpstreamAnswer?> OpenFileAsync(GatewayExchange exchange, string place)
    {
        var call = new UpstreamCall("GET", place, null, default, KnownHeaders.AcceptNdjson);
        for (var hops = 0; hops <= FileRedirects.Most; hops++)
        {
            var reply = await upstream.SendAsync(call, exchange, exchange.Http.RequestAborted);
            if (!reply.Answer.Continues)
            {
                return null;
            }

            if (FileRedirects.FindFile(exchange.Ingressed.Route, reply) is not { } further)
            {
                return reply.Answer.Value;
            }

            reply.Answer.Value.Dispose();
            call = further;
        }

        return null;
    }

    private async ValueTask<Fetched> ReadBodyAsync(GatewayExchange exchange, UpstreamAnswer answer)
    {
        var body = buffers.Open(exchange);
        try
        {
            var read = await answer.ReadAsync(body, exchange.Http.RequestAborted);
            if (!read.Continues)
            {
                return new Fetched.Failed(read.Refusal ?? DenyReason.UnreadableAnswer, answer.Status);
            }

            var found = new Fetched.Found(body, answer.MediaType, answer.ETag?.ToString(), answer.VersionId);
            body = null;
            return found;
        }
        finally
        {
            body?.Dispose();
        }
    }
}
