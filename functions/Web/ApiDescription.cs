using ECopy.Functions.Domain;
using Microsoft.AspNetCore.Authorization;
using Microsoft.AspNetCore.Mvc;
using Microsoft.AspNetCore.OpenApi;
using Microsoft.OpenApi;

namespace ECopy.Functions.Web;

/// <summary>What the API says of itself at <c>/openapi/v1.json</c>; frozen in a test, since others build on it.</summary>
internal static class ApiDescription
{
    private const string Bearer = "bearer";
    private const string Problem = "application/problem+json";
    private const string Upload = "multipart/form-data";

    public static IServiceCollection AddECopyDescription(this IServiceCollection services) => services.AddOpenApi("v1", options =>
    {
        options.ShouldInclude = description => description.RelativePath?.StartsWith("api/", StringComparison.Ordinal) is true;
        options.AddDocumentTransformer((document, _, _) =>
        {
            document.Info = new OpenApiInfo { Title = "ECopy", Version = "1", Description = "Electronic certified copies: receive, decide, seal, fetch, verify." };
            // The address of this server is the operator's matter, never what a request's Host says.
            document.Servers = [];
            document.Components ??= new OpenApiComponents();
            document.Components.SecuritySchemes = new Dictionary<string, IOpenApiSecurityScheme>
            {
                [Bearer] = new OpenApiSecurityScheme { Type = SecuritySchemeType.Http, Scheme = "bearer", Description = "A token of an account." },
            };
            return Task.CompletedTask;
        });
        options.AddOperationTransformer((operation, context, _) =>
        {
            var metadata = context.Description.ActionDescriptor.EndpointMetadata;
            if (metadata.OfType<IAuthorizeData>().LastOrDefault()?.Policy is { } policy)
            {
                operation.Security = [new OpenApiSecurityRequirement { [new OpenApiSecuritySchemeReference(Bearer, context.Document)] = [] }];
                operation.Description = $"Roles: {string.Join(", ", Access.RolesOf(policy))}.";
            }

            foreach (var parameter in operation.Parameters ?? []) DescribeParameter(parameter);
            if (metadata.OfType<UploadBody>().Any()) DescribeUpload(operation);
            if (metadata.OfType<FileBody>().Any())
            {
                operation.RequestBody = new OpenApiRequestBody
                {
                    Required = true,
                    Content = new Dictionary<string, OpenApiMediaType> { ["application/pdf"] = new() { Schema = new OpenApiSchema { Type = JsonSchemaType.String, Format = "binary" } } },
                };
            }

            return Task.CompletedTask;
        });
    });

    /// <summary>Name, sentence, answer and refusals of one address.</summary>
    public static RouteHandlerBuilder Describe<T>(this RouteHandlerBuilder route, string name, string summary, int status, params int[] refusals)
    {
        route.WithName(name).WithSummary(summary);
        if (typeof(T) == typeof(CopyFile)) route.Produces(status, contentType: "application/pdf");
        else route.Produces<T>(status);
        foreach (var refusal in refusals) route.Produces<ProblemDetails>(refusal, Problem);
        return route;
    }

    public static RouteHandlerBuilder TakesUpload(this RouteHandlerBuilder route) => route.WithMetadata(new UploadBody());

    /// <summary>The body is a PDF, as it is.</summary>
    public static RouteHandlerBuilder TakesFile(this RouteHandlerBuilder route, long most) => route.WithMetadata(new FileBody(), new RequestSizeLimitAttribute(most));

    private static void DescribeParameter(IOpenApiParameter parameter)
    {
        parameter.Description = parameter.Name switch
        {
            "state" => $"One of {string.Join(", ", Enum.GetNames<CopyState>().Select(System.Text.Json.JsonNamingPolicy.CamelCase.ConvertName))}; none: all.",
            "cursor" => "The next of the page before.",
            "limit" => "At most so many, 1 to 100; 50 unless told.",
            "code" => "A verification code, in any spelling.",
            _ => parameter.Description,
        };
    }

    private static void DescribeUpload(OpenApiOperation operation)
    {
        operation.Parameters =
        [
            new OpenApiParameter
            {
                Name = UploadEndpoint.KeyHeader,
                In = ParameterLocation.Header,
                Description = "The same key with the same fields and files is the same copy.",
                Schema = new OpenApiSchema { Type = JsonSchemaType.String, MaxLength = 255 },
            },
        ];
        operation.RequestBody = new OpenApiRequestBody
        {
            Required = true,
            Content = new Dictionary<string, OpenApiMediaType>
            {
                [Upload] = new OpenApiMediaType
                {
                    Schema = new OpenApiSchema
                    {
                        Type = JsonSchemaType.Object,
                        Required = new HashSet<string> { "title", "files" },
                        Properties = new Dictionary<string, IOpenApiSchema>
                        {
                            ["title"] = new OpenApiSchema { Type = JsonSchemaType.String, MaxLength = 300 },
                            ["requester"] = new OpenApiSchema { Type = JsonSchemaType.String, MaxLength = 200 },
                            ["originalPages"] = new OpenApiSchema { Type = JsonSchemaType.Integer, Minimum = "1", Description = "Pages of the paper; as many as files unless told." },
                            ["files"] = new OpenApiSchema { Type = JsonSchemaType.Array, Items = new OpenApiSchema { Type = JsonSchemaType.String, Format = "binary" }, Description = "JPEG or PNG." },
                        },
                    },
                },
            },
        };
    }

    private sealed record UploadBody;

    private sealed record FileBody;
}

/// <summary>Stands for an answer that is a PDF.</summary>
internal sealed class CopyFile;
