import { expect, it } from "vitest";
import { api as client } from "../harness.ts";

/** The test that the FastAPI guide prints, line by line. */
it("test_create_user", async () => {
  const response = await client.post("/api/v1/users/", {
    json: {
      email: "test@example.com",
      username: "testuser",
      password: "testpassword123",
    },
  });
  expect(response.status).toBe(201);
  const data = response.body;
  expect(data.email).toBe("test@example.com");
  expect(data.username).toBe("testuser");
  expect(data).toHaveProperty("id");
});
