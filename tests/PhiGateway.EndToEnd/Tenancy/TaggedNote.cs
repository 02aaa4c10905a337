using System.Text.Json.Nodes;

namespace PhiGateway.EndToEnd.Tenancy;

/// <summary>An Observation of the east tenant's patient that bears tags of tenants, and a tag of a system that means nothing here.</summary>
internal static class TaggedNote
{
    /// <summary>Its JSON.</summary>
    /// <param name="id">Its id; null: none yet.</param>
    /// <param name="tags">Codes of tenants.</param>
    public static string Of(string? id, params string[] tags)
    {
        var note = new JsonObject
        {
            ["resourceType"] = "Observation",
            ["status"] = "final",
            ["code"] = new JsonObject { ["text"] = "written" },
            ["subject"] = new JsonObject { ["reference"] = "Patient/pat-east" },
            ["valueString"] = "written",
            ["meta"] = new JsonObject
            {
                ["tag"] = new JsonArray([
                    .. tags.Select(static tag => new JsonObject { ["system"] = TenancyWorld.Tags, ["code"] = tag }),
                    new JsonObject { ["system"] = "https://other.example", ["code"] = "west" },
                ]),
            },
        };
        if (id is not null)
        {
            note["id"] = id;
        }

        return note.ToJsonString();
    }
}
