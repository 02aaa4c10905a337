using System.Text;
using PhiGateway.Audit.Records;
using PhiGateway.Fhir.Requests.Searching;

namespace PhiGateway.Admin.Replay;

/// <summary>
/// Gives the body of a search by POST as its record holds it. Of a record that does not, or not all of it, puts it together again as far as
/// it is named: types, includes, elements and what it sorts by as they were; of a chain that it walks, without the value that was searched
/// for. What only filters is left out then, as nobody knows its value.
/// </summary>
internal static class RecordedForm
{
    public const string MediaType = "application/x-www-form-urlencoded";

    private const string Has = "_has:";
    private const int PartsOfHas = 3;

    /// <summary>The body; empty: the record names nothing.</summary>
    public static ReadOnlyMemory<byte> Of(AuditRecord record)
    {
        if (AskedForm.IsWhole(record))
        {
            return Encoding.ASCII.GetBytes(record.Form!);
        }

        var form = new StringBuilder();
        foreach (var one in record.Parameters)
        {
            if (one is "" or AskedParameters.More)
            {
                continue;
            }

            var equals = one.IndexOf('=', StringComparison.Ordinal);
            if (equals > 0)
            {
                Add(form, one[..equals], one[(equals + 1)..]);
            }
            else if (WalkReader.IsWalk(one))
            {
                // Which types are walked over is the same, whatever it is that is searched for.
                Add(form, WithoutValue(one), "false");
            }
        }

        return Encoding.UTF8.GetBytes(form.ToString());
    }

    private static void Add(StringBuilder form, string name, string value)
    {
        var and = form.Length == 0 ? string.Empty : "&";
        form.Append(and).Append(Uri.EscapeDataString(name)).Append('=').Append(Uri.EscapeDataString(value));
    }

    // The last filter of a chain asks whether anything is there: such as subject:Patient.birthdate:missing.
    private static string WithoutValue(string name)
    {
        var from = 0;
        while (name.AsSpan(from).StartsWith(Has, StringComparison.Ordinal))
        {
            for (var parts = PartsOfHas; parts > 0; parts--)
            {
                var colon = name.IndexOf(':', from);
                if (colon < 0)
                {
                    return name;
                }

                from = colon + 1;
            }
        }

        from = Math.Max(from, name.LastIndexOf('.') + 1);
        var modifier = name.IndexOf(':', from);
        var end = modifier < 0 ? name : name[..modifier];
        return end + ":missing";
    }
}
