using System.CommandLine;
using System.Text.Json.Nodes;

namespace PhiGateway.Cli.Commands;

/// <summary>The options by which records of the trail are searched, the same for every verb that searches; read into the body of a call.</summary>
internal sealed class AuditFilters
{
    /// <summary>Name and words of each.</summary>
    public static readonly (string Name, string Words)[] Texts =
    [
        ("from", "From this moment on."),
        ("to", "Before this moment."),
        ("client", "Registered client."),
        ("organization", "Organization of the use case."),
        ("use-case", "Use case under which it was decided."),
        ("tenant", "Tenant; required with --patient, where * means each."),
        ("patient", "Logical id of a patient; sent in the body, never in a URL."),
        ("type", "FHIR resource type asked for."),
        ("interaction", "FHIR interaction, such as search-type."),
        ("decision", "permit, deny, error or unknown (a write of which nobody knows what became of it)."),
        ("reason", "Code of a deny reason."),
        ("purpose", "A purpose code that counted."),
        ("kind", "Kind of record."),
        ("actor", "Person."),
        ("token", "jti of a token, or its SHA-256 in hex."),
        ("peer", "Address, or network, that the call came from."),
        ("task", "Task that the token was given for."),
        ("agreement", "Agreement: of the calls made under it; of older records, of the use cases that stand under it now."),
        ("through", "Who acted in between, by its client id at the issuer."),
        ("event", "What happened, such as client.approve, or all of a thing, as client.*."),
        ("resource", "Type/id, released or written; sent in the body, never in a URL."),
    ];

    private readonly List<Option<string?>> _options =
    [
        .. Texts.Select(static text => new Option<string?>("--" + text.Name) { Description = text.Words }),
    ];

    public static AuditFilters AddTo(Command command)
    {
        var filters = new AuditFilters();
        filters._options.ForEach(command.Options.Add);
        return filters;
    }

    /// <summary>The body of a search with what was given.</summary>
    public JsonObject Read(ParseResult parsed)
    {
        var body = new JsonObject();
        foreach (var option in _options)
        {
            if (parsed.GetValue(option) is { } value)
            {
                body[option.Name[2..].Replace('-', '_')] = value;
            }
        }

        return body;
    }
}
