using System.Text;
using System.Text.Json.Nodes;
using Microsoft.AspNetCore.Http;
using PhiGateway.Admin.Calls;
using PhiGateway.Admin.Documents;
using PhiGateway.Admin.Editing;
using PhiGateway.Admin.Http;
using PhiGateway.Policy.Registry;

namespace PhiGateway.Admin.Clients;

/// <summary>Renders the one answer that shows an API key, or the dry run's report, which shows none.</summary>
internal static class ApiKeyAnswer
{
    public static AdminResult Of(KeyIssued made)
    {
        if (made.Edit.DryRun)
        {
            return AdminResult.Json(DryRunReport.Of(made.Edit));
        }

        var item = made.Edit.Items.First(one => one.Kind == RegistryKind.Credential && one.Id == made.Credential);
        var credential = DocumentMeta.Render(item);
        Impact.Add(credential, made.Edit);
        var body = new JsonObject { ["credential"] = credential };
        var open = Encoding.UTF8.GetBytes(body.ToJsonString());
        body["key"] = made.Secret;
        return new AdminResult(StatusCodes.Status201Created, Encoding.UTF8.GetBytes(body.ToJsonString()))
        {
            ETag = ETag.Of(item.Version),
            Location = "/admin/v1/credentials/" + item.Id,
            WithoutSecret = open,
        };
    }
}
