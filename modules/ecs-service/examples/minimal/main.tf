terraform {
  required_version = ">= 1.11"

  required_providers {
    aws = {
      source  = "hashicorp/aws"
      version = ">= 5.95, < 7"
    }
  }
}

provider "aws" {
  region = var.region
}

resource "aws_vpc" "this" {
  cidr_block = "10.0.0.0/16"
}

resource "aws_subnet" "this" {
  vpc_id            = aws_vpc.this.id
  availability_zone = "${var.region}a"
  cidr_block        = "10.0.1.0/24"
}

resource "aws_security_group" "this" {
  name        = "example-worker"
  description = "example-worker"
  vpc_id      = aws_vpc.this.id
}

resource "aws_ecs_cluster" "this" {
  name = "example"
}

resource "aws_iam_role" "execution" {
  name = "example-worker-execution"

  assume_role_policy = jsonencode({
    Version   = "2012-10-17"
    Statement = [{ Effect = "Allow", Action = "sts:AssumeRole", Principal = { Service = "ecs-tasks.amazonaws.com" } }]
  })
}

resource "aws_iam_role_policy_attachment" "execution" {
  role       = aws_iam_role.execution.name
  policy_arn = "arn:aws:iam::aws:policy/service-role/AmazonECSTaskExecutionRolePolicy"
}

# Nobody calls it: a worker.
module "worker" {
  source = "../.."

  name               = "worker"
  cluster_arn        = aws_ecs_cluster.this.arn
  images             = { blue = "public.ecr.aws/docker/library/busybox:1.37" }
  size               = { cpu = 256, memory = 512 }
  execution_role_arn = aws_iam_role.execution.arn

  network = {
    vpc_id             = aws_vpc.this.id
    subnet_ids         = [aws_subnet.this.id]
    security_group_ids = [aws_security_group.this.id]
  }
}
