using Microsoft.AspNetCore.Components;
using PhiGateway.Admin.Clients;
using PhiGateway.Console.Parts;

namespace PhiGateway.Console.Pages.Clients;

/// <summary>The tokens that are out for a client, and whether each is dead already.</summary>
public sealed partial class ClientTokensPage
{
    /// <summary>What it shows.</summary>
    [Parameter, EditorRequired]
    public required ClientTokensModel Model { get; set; }

    private bool IsOffered => Model.MayStop && Choices.Count > 0;

    // What was chosen before stays, though it may be past its end by now.
    private IReadOnlyList<string> Choices =>
        [
            .. Model
                .Shown.Where(static token => !token.Revoked)
                .Select(static token => token.Id)
                .Append(Model.Tried?.Value("token"))
                .OfType<string>()
                .Distinct(StringComparer.Ordinal),
        ];

    private string Verdict
    {
        get
        {
            var live = Model.Report.Tokens.Count(static token => !token.Revoked && token.ClosedBy is null);
            var all = Words.Count(Model.Report.Tokens.Count, "token is", "tokens are");
            return $"{all} out, of which {Words.Count(live, "lets", "let")} it in now.";
        }
    }

    private static (string Style, string Text) StateOf(LiveToken token) =>
        token switch
        {
            { Revoked: true } => ("deny", "revoked"),
            { ClosedBy: not null } => ("deny", "lets nobody in"),
            _ => ("allow", "lets it in"),
        };

    // Whatever was done with it, whoever did.
    private static string RecordsOf(LiveToken token) =>
        Links.With("/console/audit", ("from", Links.Moment(token.IssuedAt)), ("token", token.Id));
}
