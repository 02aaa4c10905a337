using System.Text;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using PhiGateway.Proof.Witnessing;

namespace PhiGateway.Admin.Trail;

/// <summary>
/// Answers <c>/witness/add-checkpoint</c>, <c>/witness/{hash}/checkpoint</c> and <c>/witness/vkey</c> on the control plane's listener, before
/// its gate, for the host: the protocol knows no credentials but the signature on the checkpoint, and what it shows is made to be published.
/// </summary>
public static class WitnessEndpoints
{
    private const string Prefix = "/witness/";
    private const string Checkpoint = "/checkpoint";

    /// <summary>Adds them in front of the control plane.</summary>
    public static IApplicationBuilder UsePhiGatewayWitness(this IApplicationBuilder app, Witness witness) =>
        app.Use(next =>
            http =>
            {
                var path = http.Request.Path.Value ?? string.Empty;
                return path.StartsWith(Prefix, StringComparison.Ordinal) ? AnswerAsync(http, witness, path[Prefix.Length..]) : next(http);
            }
        );

    private static async Task AnswerAsync(HttpContext http, Witness witness, string path)
    {
        var answer = (http.Request.Method, path) switch
        {
            ("POST", "add-checkpoint") => await AddAsync(http, witness),
            ("GET", "vkey") => new WitnessAnswer(200, string.Concat(witness.Keys.Select(static key => key + "\n"))),
            ("GET", _) when path.EndsWith(Checkpoint, StringComparison.Ordinal) => Newest(witness, path[..^Checkpoint.Length]),
            _ => new WitnessAnswer(404, "There is nothing here.\n"),
        };
        http.Response.StatusCode = answer.Status;
        http.Response.ContentType = answer.ContentType;
        http.Response.Headers.CacheControl = "no-store";
        await http.Response.WriteAsync(answer.Body, http.RequestAborted);
    }

    private static async Task<WitnessAnswer> AddAsync(HttpContext http, Witness witness)
    {
        var buffer = new byte[Witness.MostBytes + 1];
        var read = await http.Request.Body.ReadAtLeastAsync(buffer, buffer.Length, throwOnEndOfStream: false, http.RequestAborted);
        if (read > Witness.MostBytes)
        {
            return new WitnessAnswer(413, "The request is too long.\n");
        }

        try
        {
            return witness.Add(new UTF8Encoding(false, throwOnInvalidBytes: true).GetString(buffer, 0, read));
        }
        catch (DecoderFallbackException)
        {
            return new WitnessAnswer(400, "The request is not text.\n");
        }
        catch (Exception fault) when (fault is IOException or UnauthorizedAccessException or InvalidDataException)
        {
            // What cannot be remembered is not cosigned.
            return new WitnessAnswer(500, "What was seen cannot be kept.\n");
        }
    }

    private static WitnessAnswer Newest(Witness witness, string hash) =>
        witness.Newest(hash) is { } note
            ? new WitnessAnswer(200, note)
            : new WitnessAnswer(404, "No checkpoint of this log was cosigned.\n");
}
